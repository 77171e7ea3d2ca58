import FoundationEssentials
import Glibc
import Testing

/// Files that are no video: each command names the file and ends.
struct BadVideoTests {
  private let sample = Tool.root + "/samples/workbench"

  enum Content: CaseIterable {
    case nothing, text, noise

    var bytes: Data {
      switch self {
      case .nothing: Data()
      case .text: Data("This is no video.\n".utf8)
      case .noise:
        // A fixed sequence that begins like no container.
        Data((0..<4096).map { UInt8(truncatingIfNeeded: ($0 * 2_654_435_761) >> 13) })
      }
    }
  }

  @Test(arguments: Content.allCases) func checkNamesAVideoThatDoesNotDecode(_ content: Content) throws {
    let file = TemporaryFile.name("video", suffix: ".mp4")
    try content.bytes.write(to: URL(filePath: file))
    defer { unlink(file) }
    for option in ["--exo", "--depth"] {
      let result = try Tool("egostream").run("calibrate", "--check", sample + "/clip.json", option, file)
      #expect(result.status == 1, "\(option)")
      #expect(result.errors.contains(file), "\(result.errors)")
    }
  }

  @Test(arguments: ["exo.mp4", "depth.mkv"]) func priorNamesAVideoThatDoesNotDecode(_ name: String) throws {
    let clip = try TemporaryClip()
    try Content.text.bytes.write(to: URL(filePath: clip.folder + "/" + name))
    let result = try Tool("egostream").run("prior", "--clip", clip.folder, "--out", clip.folder + "/out.mkv")
    #expect(result.status == 1)
    #expect(result.errors.contains(clip.folder + "/" + name), "\(result.errors)")
  }

  @Test(arguments: [[], ["--live", "--frames", "20"]]) func latencyEndsOnDepthThatIsCutShort(_ live: [String]) throws {
    let clip = try TemporaryClip()
    let depth = URL(filePath: clip.folder + "/depth.mkv")
    let whole = try Data(contentsOf: depth)
    try whole.prefix(whole.count / 3).write(to: depth)
    let arguments = ["latency", "--clip", clip.folder, "--backend", "cpu", "--model", "none", "--json", "-"]
    let result = try Tool("egobench").start(arguments + live).wait()
    #expect(result.status == 0 || result.status == 1, "\(result.errors)")
  }
}
