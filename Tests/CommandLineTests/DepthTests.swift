import FoundationEssentials
import Glibc
import Testing

/// Depth that is missing, or none: said before anything is made of it.
struct DepthTests {
  private let clip = Tool.root + "/samples/workbench"
  private var scene: [String] { ["--calibration", clip + "/clip.json", "--backend", "cpu", "--model", "none"] }

  @Test(arguments: [["run", "--output", "none", "--input"], ["serve", "--port", "0", "--source", "file", "--input"]])
  func aForgottenDepthIsNamed(_ command: [String]) throws {
    let result = try Tool("egostream").start(command + [clip + "/exo.mp4"] + scene).wait()
    #expect(result.status == 1)
    #expect(result.errors.contains("--depth is missing"), "\(result.errors)")
    #expect(result.errors.contains("expected --depth \(clip)/depth.mkv"), "\(result.errors)")
  }

  @Test func aClipWithoutDepthIsRefused() throws {
    let clip = try TemporaryClip()
    unlink(clip.folder + "/depth.mkv")
    for (tool, arguments) in [
      ("egostream", ["prior", "--out", clip.folder + "/out.mkv"]), ("egobench", ["prior"]), ("egobench", ["latency"]),
      ("egobench", ["soak"]),
    ] {
      let result = try Tool(tool).start(arguments + ["--clip", clip.folder]).wait()
      #expect(result.status == 1)
      #expect(result.errors.contains("\(clip.folder)/depth.mkv: no such file"), "\(result.errors)")
    }
  }

  @Test func aPictureIsNoDepth() throws {
    let colour = clip + "/exo.mp4"
    for arguments in [
      ["run", "--input", colour, "--depth", colour, "--output", "none"] + scene,
      ["calibrate", "--check", clip + "/clip.json", "--depth", colour],
    ] {
      let result = try Tool("egostream").start(arguments).wait()
      #expect(result.status == 1)
      #expect(result.errors.contains("depth \(colour): is I420; expected GRAY16_LE"), "\(result.errors)")
    }
  }

  @Test func samplesInTheOtherOrderOfBytesAreTurned() throws {
    let depth = TemporaryFile.name("depth", suffix: ".mkv")
    defer { unlink(depth) }
    _ = try Tool(path: "/usr/bin/gst-launch-1.0").run(
      "filesrc", "location=\(clip)/depth.mkv", "!", "decodebin", "!", "videoconvert", "!",
      "video/x-raw,format=GRAY16_BE", "!", "pngenc", "!", "matroskamux", "!", "filesink", "location=\(depth)")
    guard try decodedFrames(depth) > 0 else { return }
    let result = try Tool("egostream").run("calibrate", "--check", clip + "/clip.json", "--depth", depth)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("looked for in 120 of 120 depth pictures"), "\(result.output)")
  }

  @Test func pipesAndFoldersAreCalledSo() throws {
    let pipe = TemporaryFile.name("pipe")
    mkfifo(pipe, 0o600)
    defer { unlink(pipe) }
    for (path, found) in [(pipe, "is a pipe"), ("/tmp", "is a folder"), ("/nowhere/a.mp4", "no such file")] {
      for arguments in [
        ["run", "--input", path, "--output", "none"] + scene,
        ["run", "--input", "test", "--depth", path, "--output", "none"] + scene,
        ["calibrate", "--check", clip + "/clip.json", "--exo", path],
      ] {
        let result = try Tool("egostream").start(arguments).wait()
        #expect(result.status == 1)
        #expect(result.errors.contains("\(path): \(found); expected"), "\(result.errors)")
      }
    }
    // A descriptor of the shell's is what it stands for, and no camera.
    let result = try Tool(path: "/bin/sh").run(
      "-c", "true | \"$0\" run --input /dev/fd/0 --output none --calibration \"$1\"", try Tool("egostream").path,
      Tool.root + "/pipelines/webcam.json")
    #expect(result.errors.contains("input /dev/fd/0: is a pipe"), "\(result.errors)")
  }
}
