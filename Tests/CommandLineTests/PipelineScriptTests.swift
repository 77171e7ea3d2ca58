import FoundationEssentials
import Glibc
import Testing

/// The scripts in pipelines/, as installed, with stand-ins for the programs that they start.
struct PipelineScriptTests {
  /// An installation whose programs print what they are given; gone with this object.
  private final class Installation {
    let folder = TemporaryFile.name("scripts")
    var scripts: String { folder + "/share/egostream/pipelines" }

    init() throws {
      let files = FileManager.default
      for path in ["/bin", "/share/egostream"] {
        try files.createDirectory(atPath: folder + path, withIntermediateDirectories: true)
      }
      try files.copyItem(atPath: Tool.root + "/pipelines", toPath: scripts)
      for program in ["egostream", "gst-launch-1.0"] {
        let path = folder + "/bin/" + program
        try "#!/bin/sh\nprintf '%s\\n' \"$@\"\n".write(toFile: path, atomically: false, encoding: .utf8)
        chmod(path, 0o755)
      }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }
  }

  @Test func withoutTheSampleAClipIsAskedFor() throws {
    let installation = try Installation()
    let script = installation.scripts + "/file-to-file.sh"
    let result = try Tool(path: script).run()
    #expect(result.status != 0 && result.output.isEmpty)
    #expect(result.errors.contains("CLIP_FOLDER is missing; expected a folder with clip.json"), "\(result.errors)")
    let named = try Tool(path: script).run("/clips/mine")
    #expect(named.status == 0, "\(named.errors)")
    #expect(named.output.contains("location=/clips/mine/exo.mp4"), "\(named.output)")
  }

  @Test func symbolicLinksLeadToTheScripts() throws {
    let installation = try Installation()
    let link = installation.folder + "/link"
    symlink(installation.scripts + "/file-to-file.sh", link)
    let result = try Tool(path: link).run("/clips/mine")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("location=/clips/mine/exo.mp4"), "\(result.output)")
  }

  @Test func aPoseMayHoldASpace() throws {
    let installation = try Installation()
    let result = try Tool(path: "/usr/bin/env").run("POSE=unix:/tmp/a b", installation.scripts + "/webcam-serve.sh")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("pose=\"unix:/tmp/a b\" "), "\(result.output)")
  }

  @Test func aDepthCameraNeedsItsOwnCalibration() throws {
    let installation = try Installation()
    let result = try Tool(path: installation.scripts + "/depth-camera-serve.sh").run("/dev/video4", "/dev/video2")
    #expect(result.status != 0)
    #expect(result.errors.contains("CALIBRATION: is missing; expected"), "\(result.errors)")
  }
}
