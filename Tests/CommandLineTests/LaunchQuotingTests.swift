import ClipIO
import Glibc
import Testing

/// Values survive GStreamer's launch lines and a shell's command line.
struct LaunchQuotingTests {
  @Test func plainValuesStayAsTheyAre() {
    #expect(launchQuoted("/dev/video0") == "/dev/video0")
    #expect(launchQuoted("rtsp://127.0.0.1:8554/ego") == "rtsp://127.0.0.1:8554/ego")
  }

  @Test func othersAreQuoted() {
    #expect(launchQuoted("a b") == "\"a b\"")
    #expect(launchQuoted("a\"b\\c") == "\"a\\\"b\\\\c\"")
    #expect(launchQuoted("") == "\"\"")
  }

  @Test func aShellGetsWholeWords() {
    let line = "filesrc location=\(launchQuoted("it's a clip.mp4")) ! fakesink"
    #expect(shellWords(line) == "filesrc 'location=\"it'\\''s a clip.mp4\"' ! fakesink")
  }

  @Test(arguments: ["plain.png", "with space.png", "with \"quotes\" and \\.png", "it's $HOME.png"])
  func aShellAndGStreamerGetTheVeryPath(_ name: String) throws {
    let file = TemporaryFile.name("quoting") + name
    defer { unlink(file) }
    let line = "videotestsrc num-buffers=1 ! pngenc ! filesink location=\(launchQuoted(file))"
    let result = try Tool(path: "/bin/sh").run("-c", "gst-launch-1.0 -q " + shellWords(line))
    #expect(result.status == 0, "\(result.errors)")
    #expect(access(file, R_OK) == 0)
  }
}
