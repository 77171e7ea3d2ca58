import ArgumentParser
import ClipIO
import Compute
import Geometry

/// An RTSP server around a pipeline.
struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serves a pipeline's video over RTSP.",
    discussion: """
      The pipeline starts with the first viewer, is shared by all, and stops with the last. Its devices and settings are \
      tried out before. Examples:
        egostream serve --source webcam --calibration pipelines/webcam.json
        egostream serve --launch 'v4l2src ! exo2ego calibration=scene.json'
      """)

  enum Source: String, ExpressibleByArgument, CaseIterable {
    case webcam, file, test
  }

  @Option(help: "A launch line that ends in video; it is encoded as H.264 unless it has a payloader named pay0.")
  var launch: String?

  @Option(help: "A ready pipeline: webcam, file or test.")
  var source: Source?

  @Option(help: "The camera (/dev/videoN) or video file of --source.")
  var input: String?

  @Option(help: DepthInput.help)
  var depth: String?

  @Option(help: "The address to serve on; anyone who can reach it can watch.")
  var address = "127.0.0.1"

  @Option(help: "The port to serve on; 0 takes any free one.")
  var port = 8554

  @Option(help: "The path of the stream.")
  var path = "/ego"

  @Option(help: "How long the server may hold frames back to smooth them, milliseconds.")
  var latency = 0

  @OptionGroup var element: ElementOptions

  func validate() throws {
    guard (launch == nil) != (source == nil) else {
      throw ValidationError("expected either --launch or --source (webcam, file or test)")
    }
    guard (0...65535).contains(port) else { throw ValidationError("--port is \(port); expected 0 to 65535") }
    guard path.hasPrefix("/"), path.count > 1 else {
      throw ValidationError("--path is \"\(path)\"; expected a path such as /ego")
    }
    guard (0...10_000).contains(latency) else {
      throw ValidationError("--latency is \(latency); expected 0 to 10000 milliseconds")
    }
    if source == .file, input == nil { throw ValidationError("--source file needs --input with a video file") }
    if source == .test, let input {
      throw ValidationError("--input \(input): --source test takes none; leave it out")
    }
    if launch != nil {
      let unused = [("--input", input != nil), ("--depth", depth != nil)].filter(\.1).map(\.0) + element.given
      guard unused.isEmpty else {
        throw ValidationError(
          "\(unused.joined(separator: ", ")): --launch takes none of these; expected them in the launch line, as "
            + "properties of exo2ego or elements before it")
      }
    }
    if source != nil, element.calibration == nil {
      throw ValidationError(
        "--calibration is missing; expected the scene's calibration document, such as pipelines/webcam.json")
    }
  }

  func run() throws {
    // Nothing is lost where a viewer's pipeline is left as it is.
    StopRequest.watch(patienceSeconds: 2)
    let line = try pipeline()
    // What is wrong with it is better found now than when the first viewer comes.
    try Pipeline(line).tryOut()
    let server = try RTSPServer(
      launchLine: line, address: address, port: port, path: path, latencyMilliseconds: latency)
    print("serving \(server.location)")
    print("pipeline: \(line)")
    flushOutput()
    server.run()
    // Said first: taking the pipelines down can outlast the patience.
    print("stopped")
    flushOutput()
    server.close()
  }

  private func pipeline() throws -> String {
    let payload =
      "videoconvert ! video/x-raw,format=I420 ! x264enc tune=zerolatency speed-preset=veryfast key-int-max=30 ! "
      + "rtph264pay name=pay0 pt=96 config-interval=1"
    if let launch { return launch.contains("name=pay0") ? launch : "\(launch) ! \(payload)" }
    guard let source, let file = element.calibration else { return "" }
    let calibration = try Calibration(contentsOfFile: file)
    let exo: ExoInput =
      switch source {
      case .webcam: .webcam(device: input ?? "/dev/video0")
      case .test: .test
      case .file: try ExoInput(input ?? "")
      }
    return launchLine(
      input: exo, depth: try DepthInput.depth(depth, for: calibration, of: file),
      element: element.launch(calibration: file), width: calibration.exo.width, height: calibration.exo.height,
      output: payload)
  }
}
