import ArgumentParser
import ClipIO
import Compute
import Geometry

/// A readable front for the usual pipelines.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Builds a pipeline from camera to output, prints it, and runs it.",
    discussion: """
      The printed line works in a shell as it stands. Examples:
        egostream run --input webcam --calibration pipelines/webcam.json
        egostream run --input exo.mp4 --depth depth.mkv --calibration clip.json \\
          --output ego.mp4
        egostream run --input /dev/video2 --calibration scene.json \\
          --output rtsp://host:8554/ego
      """)

  @Option(help: "webcam, webcam:/dev/videoN, test, rtsp://..., or a video file.")
  var input: String

  @Option(help: DepthInput.help)
  var depth: String?

  @Option(help: "window, none, rtsp://HOST:PORT/PATH of a server that records, or a file .mp4 or .mkv.")
  var output: String = "window"

  @Flag(name: .customLong("print"), help: "Print the launch line and do not run it.")
  var printsOnly = false

  @Flag(help: "No progress line.")
  var quiet = false

  @OptionGroup var element: ElementOptions

  func validate() throws {
    if element.calibration == nil {
      throw ValidationError(
        "--calibration is missing; expected the scene's calibration document, such as pipelines/webcam.json")
    }
  }

  func run() throws {
    guard let file = element.calibration else { return }
    let calibration = try Calibration(contentsOfFile: file)
    let ego = try EgoOutput(output)
    var output: String?
    if case .file(let path) = ego {
      output = path
      let inputs = [("--input", input), ("--depth", depth ?? ""), ("--calibration", file), ("--pose", element.pose)]
      try requireSeparate(outputs: [NamedFile("--output", path)], inputs: inputs.map { NamedFile($0, $1) })
    }
    let line = launchLine(
      input: try ExoInput(input), depth: try DepthInput.depth(depth, for: calibration, of: file),
      element: element.launch(calibration: file), width: calibration.exo.width, height: calibration.exo.height,
      output: ego.launch)
    let command = "\(pluginPathForShell)gst-launch-1.0 -e \(shellWords(line))"
    if printsOnly { return print(command) }
    if case .window = ego { try requireDisplay() }
    writeLine(command)
    try PipelineRunner(line, showsProgress: !quiet).run(file: output)
  }
}
