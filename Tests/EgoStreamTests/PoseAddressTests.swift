import Compute
import Testing

@testable import EgoStream

struct PoseAddressTests {
  @Test(arguments: [
    ("udp://127.0.0.1:5005", PoseAddress.udp(host: "127.0.0.1", port: 5005)),
    ("udp://:5005", .udp(host: "127.0.0.1", port: 5005)),
    ("udp://localhost:5005/", .udp(host: "127.0.0.1", port: 5005)),
    ("udp://0.0.0.0:5005", .udp(host: "0.0.0.0", port: 5005)),
    ("udp://[::1]:65535", .udp(host: "::1", port: 65535)),
    ("unix:/tmp/ego", .unix(path: "/tmp/ego")),
    ("unix:ego.socket", .unix(path: "ego.socket")),
  ])
  func reads(text: String, address: PoseAddress) throws {
    #expect(try PoseAddress(text) == address)
  }

  @Test(arguments: ["head.tum", "/data/poses.json", "poses:1.tum", ""]) func leavesFilesAlone(text: String) throws {
    #expect(try PoseAddress(text) == nil)
  }

  @Test(arguments: [
    ("udp://127.0.0.1", "port is missing"), ("udp://127.0.0.1:", "port \"\""), ("udp://127.0.0.1:0", "port \"0\""),
    ("udp://127.0.0.1:70000", "70000"), ("udp://127.0.0.1:+5005", "+5005"), ("udp:127.0.0.1:5005", "//"),
    ("udp://tracker.local:5005", "tracker.local"), ("udp://*:5005", "\"*\""), ("udp://300.1.1.1:5005", "300.1.1.1"),
    ("unix:", "0 bytes"), ("unix:/" + String(repeating: "x", count: 200), "201 bytes"),
    ("tcp://127.0.0.1:5005", "tcp://"),
  ])
  func refuses(text: String, reason: String) throws {
    let thrown = #expect(throws: Failure.self) { try PoseAddress(text) }
    let failure = try #require(thrown)
    #expect(failure.kind == .pose)
    #expect(failure.message.contains(text) && failure.message.contains(reason), "\(failure.message)")
  }
}
