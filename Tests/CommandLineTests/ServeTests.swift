import Glibc
import Testing

/// The RTSP server: who may reach it, that frames come, and that it stops when told.
struct ServeTests {
  /// Starts a server on a free port and waits until it says where it is.
  private func startServer() throws -> (server: RunningTool, location: String) {
    let server = try Tool("egostream").start([
      "serve", "--port", "0", "--launch", "videotestsrc is-live=true ! video/x-raw,width=64,height=48,framerate=30/1",
    ])
    for _ in 0..<500 {
      if let line = server.output.split(separator: "\n").first, line.hasPrefix("serving ") {
        return (server, String(line.dropFirst("serving ".count)))
      }
      usleep(20_000)
    }
    Issue.record("the server did not say where it serves within 10 s")
    return (server, "")
  }

  @Test func servesOnLoopbackAndStopsOnSignals() throws {
    for signal in [SIGINT, SIGTERM] {
      let (server, location) = try startServer()
      #expect(location.hasPrefix("rtsp://127.0.0.1:"))
      #expect(location.hasSuffix("/ego"))
      server.send(signal)
      let result = server.wait()
      #expect(result.status == 0)
      #expect(result.output.hasSuffix("stopped\n"))
    }
  }

  @Test func twoViewersGetFrames() throws {
    let (server, location) = try startServer()
    let launch = try Tool(path: "/usr/bin/gst-launch-1.0")
    let viewers = try (0..<2).map { _ in
      try launch.start([
        "-v", "rtspsrc", "location=\(location)", "protocols=tcp", "latency=0", "!", "rtph264depay", "!", "h264parse",
        "!", "identity", "name=frames", "silent=false", "eos-after=5", "!", "fakesink",
      ])
    }
    for viewer in viewers {
      // Not the status: rtspsrc may fail to say goodbye over a connection that it is closing itself.
      let output = viewer.wait().output
      #expect(output.split(separator: "\n").count { $0.contains("frames: last-message = chain") } >= 4, "\(output)")
      #expect(output.contains("Got EOS"), "\(output)")
    }
    server.send(SIGTERM)
    #expect(server.wait().status == 0)
  }

  @Test func aTakenPortIsAnError() throws {
    let (server, location) = try startServer()
    let port = try #require(location.split(separator: ":").last?.split(separator: "/").first)
    let second = try Tool("egostream").run("serve", "--port", String(port), "--launch", "videotestsrc")
    #expect(second.status == 1)
    #expect(second.errors.contains("cannot be bound"))
    server.send(SIGTERM)
    _ = server.wait()
  }
}
