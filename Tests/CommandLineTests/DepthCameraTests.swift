import FoundationEssentials
import Glibc
import Testing

/// pipelines/depth-camera-serve.sh, as installed, with a stand-in for the camera.
struct DepthCameraTests {
  /// An installation with only what the script needs; gone with this object.
  private final class Installation {
    let folder = TemporaryFile.name("installation")

    init(camera: String) throws {
      let files = FileManager.default
      for path in ["/bin", "/share/egostream"] {
        try files.createDirectory(atPath: folder + path, withIntermediateDirectories: true)
      }
      try files.copyItem(atPath: Tool.root + "/pipelines", toPath: folder + "/share/egostream/pipelines")
      try program("v4l2-ctl", camera)
      // Serves the depth branch alone, every bit of it: what a viewer gets is what the camera gave.
      let egostream = try Tool("egostream").path
      try program(
        "egostream",
        """
        #!/bin/bash
        branch=$(printf '%s' "${@: -1}" | sed 's/.* view\\.sink \\(.*\\) ! view\\.depth .*/\\1/')
        exec \(egostream) serve --port 0 --launch "$branch ! rtpgstpay name=pay0"
        """)
    }

    /// Installed by a program that starts no other: one that a test beside this starts could inherit a file that is open here
    /// for writing, and such a file cannot be run ("Text file busy").
    private func program(_ name: String, _ text: String) throws {
      let draft = folder + "/" + name
      try text.write(toFile: draft, atomically: false, encoding: .utf8)
      let installed = try Tool(path: "/usr/bin/install").run("-m", "755", draft, folder + "/bin/" + name)
      try #require(installed.status == 0, "\(installed.errors)")
    }

    func serve() throws -> RunningTool {
      try Tool(path: "/usr/bin/env").start([
        "CALIBRATION=scene.json", "WIDTH=64", "HEIGHT=48", folder + "/share/egostream/pipelines/depth-camera-serve.sh",
        "colour", "depth",
      ])
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }
  }

  /// Every sample of the n-th frame is n.
  private let countingCamera = """
    #!/usr/bin/perl
    $| = 1;
    for (my $n = 1; ; $n++) { print pack("v*", ($n) x (64 * 48)); select(undef, undef, undef, 1 / 30) }
    """

  @Test func aLaterViewerGetsWholeFramesToo() throws {
    let installation = try Installation(camera: countingCamera)
    let server = try installation.serve()
    let location = try #require(server.servedLocation(), "\(server.errors)")
    var last: UInt16 = 0
    for viewer in 0..<2 {
      let file = TemporaryFile.name("depth", suffix: ".raw")
      defer { unlink(file) }
      _ = try Tool(path: "/usr/bin/gst-launch-1.0").run(
        "rtspsrc", "location=\(location)", "protocols=tcp", "latency=0", "!", "rtpgstdepay", "!", "identity",
        "eos-after=8", "!", "filesink", "location=\(file)")
      let samples = try Data(contentsOf: URL(filePath: file)).withUnsafeBytes { Array($0.bindMemory(to: UInt16.self)) }
      #expect(samples.count >= 5 * 64 * 48, "viewer \(viewer)")
      for start in stride(from: 0, to: samples.count, by: 64 * 48) {
        let frame = samples[start..<min(start + 64 * 48, samples.count)]
        #expect(Set(frame).count == 1, "viewer \(viewer) got a frame of \(Set(frame).sorted())")
      }
      let first = try #require(samples.first)
      #expect(first > last)
      last = try #require(samples.last)
    }
    server.send(SIGTERM)
    #expect(server.wait().status == 0)
  }

  @Test func aCameraThatFailsEndsTheServerToo() throws {
    let installation = try Installation(camera: "#!/bin/sh\nsleep 1; echo 'Cannot open device' >&2; exit 3\n")
    let result = try installation.serve().wait()
    #expect(result.status == 1)
    #expect(result.errors.contains("Cannot open device"), "\(result.errors)")
    #expect(result.errors.contains("depth depth: no more frames come"), "\(result.errors)")
  }
}
