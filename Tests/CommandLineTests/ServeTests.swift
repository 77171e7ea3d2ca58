import Glibc
import Testing

/// The RTSP server: who may reach it, that frames come, what it says of pipelines that fail, and that it stops when told.
struct ServeTests {
  /// Starts a server on a free port and waits until it says where it is.
  private func startServer(
    _ launch: String = "videotestsrc is-live=true ! video/x-raw,width=64,height=48,framerate=30/1"
  ) throws -> (server: RunningTool, location: String) {
    let server = try Tool("egostream").start(["serve", "--port", "0", "--launch", launch])
    return (server, try #require(server.servedLocation(), "\(server.errors)"))
  }

  private func startViewer(of location: String, protocols: String = "tcp", frames: Int = 5) throws -> RunningTool {
    try Tool(path: "/usr/bin/gst-launch-1.0").start([
      "-v", "rtspsrc", "location=\(location)", "protocols=\(protocols)", "latency=0", "!", "rtph264depay", "!",
      "h264parse", "!", "identity", "name=frames", "silent=false", "eos-after=\(frames)", "!", "fakesink",
    ])
  }

  private static func hasFrames(_ viewer: RunningTool) -> Bool {
    viewer.output.contains("frames: last-message = chain")
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

  @Test func stopsWhileAViewerWatches() throws {
    let (server, location) = try startServer()
    let viewer = try startViewer(of: location, frames: 10_000)
    #expect(viewer.waitUntil(Self.hasFrames))
    server.send(SIGINT)
    let result = server.wait()
    #expect(result.status == 0)
    #expect(result.output.hasSuffix("stopped\n"))
    viewer.send(SIGINT)
    _ = viewer.wait()
  }

  @Test func twoViewersGetFrames() throws {
    let (server, location) = try startServer()
    for viewer in [try startViewer(of: location), try startViewer(of: location)] {
      // Not the status: rtspsrc may fail to say goodbye over a connection that it is closing itself.
      let output = viewer.wait().output
      #expect(output.split(separator: "\n").count { $0.contains("frames: last-message = chain") } >= 4, "\(output)")
      #expect(output.contains("Got EOS"), "\(output)")
    }
    server.send(SIGTERM)
    #expect(server.wait().status == 0)
  }

  @Test func datagramsStayOnTheServedAddress() throws {
    let (server, location) = try startServer()
    let viewer = try startViewer(of: location, protocols: "udp", frames: 10_000)
    #expect(viewer.waitUntil(Self.hasFrames))
    let addresses = server.datagramAddresses
    // RTP and RTCP; 127.0.0.1 in the kernel's notation.
    #expect(addresses.count >= 2)
    #expect(addresses.allSatisfy { $0 == "0100007F" }, "\(addresses)")
    viewer.send(SIGINT)
    _ = viewer.wait()
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

  @Test(arguments: [
    ("v4l2src device=/dev/video99", "/dev/video99"),
    ("videotestsrc ! exo2ego calibration=/nowhere/clip.json", "/nowhere/clip.json"),
    (
      "videotestsrc ! exo2ego calibration=\(Tool.root)/pipelines/webcam.json model=ego-nowhere",
      "model ego-nowhere is not installed"
    ),
    (
      "videotestsrc ! exo2ego calibration=\(Tool.root)/pipelines/webcam.json model=none pose=/nowhere/poses.txt",
      "/nowhere/poses.txt"
    ),
  ])
  func whatIsWrongShowsBeforeTheFirstViewer(_ launch: String, _ message: String) throws {
    let result = try Tool("egostream").run("serve", "--port", "0", "--launch", launch)
    #expect(result.status == 1)
    #expect(result.errors.contains(message), "\(result.errors)")
    #expect(!result.output.contains("serving"))
  }

  @Test func whatFailsForAViewerIsTold() throws {
    let (server, location) = try startServer("filesrc location=/nowhere/exo.mp4 ! decodebin ! videoconvert")
    _ = try startViewer(of: location).wait()
    server.send(SIGTERM)
    let errors = server.wait().errors
    #expect(errors.contains("Error: ") && errors.contains("/nowhere/exo.mp4"), "\(errors)")
  }

  @Test(arguments: [1, 2]) func stopsWhileAViewerWaitsForTheFirstFrame(_ requests: Int) throws {
    try expectToLeave(requests: requests, with: [0, 130]) {
      // A source that never delivers.
      let (server, location) = try startServer("videotestsrc ! valve drop=true")
      let viewer = try startViewer(of: location)
      // The first frame is waited for as long as the source runs; the server's own patience with it is 20 s.
      #expect(server.waitUntil { $0.hasThread(named: "videotestsrc") })
      return (server, viewer)
    }
  }
}
