import Geometry
import Glibc
import TestSupport
import Testing

@testable import EgoStream

/// Live poses over real sockets on loopback.
struct LivePosesTests {
  private func open(ego: Pose? = nil, exo: Pose = .identity) throws -> (poses: LivePoses, sender: PoseSender) {
    let poses = try LivePoses(
      address: .udp(host: "127.0.0.1", port: 0), calibration: SampleScene.calibration(exo: exo, ego: ego))
    return (poses, PoseSender(port: poses.localPort))
  }

  @Test func interpolatesBetweenTwoDatagrams() throws {
    // Where the machine is so busy that the two take longer than their stamps say, it is done again.
    for _ in 0..<50 {
      let (poses, sender) = try open()
      let begin = monotonicNanoseconds()
      sender.send(PoseSender.line(t: 100, x: 0))
      #expect(poses.waitUntil { $0.accepted == 1 })
      let before = monotonicNanoseconds()
      sender.send(PoseSender.line(t: 100.2, x: 2))
      #expect(poses.waitUntil { $0.accepted == 2 })
      let after = monotonicNanoseconds()
      guard after - begin < 150_000_000 else { continue }
      // The second one arrived between `before` and `after`, when the sender's clock stood at 100.2.
      let host = before - 100_000_000
      let earliest = 2 - Float(after - host) / 1e8
      let latest = 2 - Float(before - host) / 1e8
      let (x, isStale) = poses.place(at: host)
      #expect(x >= max(earliest, 0) - 0.001 && x <= latest + 0.001)
      #expect(!isStale)
      return
    }
    Issue.record("no two datagrams arrived within 150 ms in 50 tries")
  }

  @Test func flagsWhatIsOld() throws {
    let (poses, sender) = try open()
    let arrival = poses.receive { _ in sender.send(PoseSender.line(x: 3)) }
    #expect(poses.place(at: arrival - 100_000_000) == (3, false))
    #expect(poses.place(at: monotonicNanoseconds() + 300_000_000) == (3, true))
  }

  @Test func startsFromTheCalibration() throws {
    #expect(try open(ego: SampleScene.pose(at: [7, 0, 0])).poses.place(at: 0) == (7, true))
    // With no ego pose known, the exo camera's view.
    #expect(try open(exo: SampleScene.pose(at: [5, 0, 0])).poses.place(at: 0) == (5, true))
  }

  @Test func countsGarbageAndGoesOn() throws {
    let (poses, sender) = try open()
    var random = SeededRandom(seed: 5)
    sender.send("{\"position\": [1, 2]}")
    for length in [0, 1, 7, 100, 3000] {
      sender.send((0..<length).map { _ in UInt8.random(in: 128...255, using: &random) })
    }
    sender.send(String(repeating: "[", count: 15_000))
    sender.send([UInt8](repeating: 0x20, count: 20_000))
    sender.send(PoseSender.line(x: 4))
    #expect(poses.waitUntil { $0.accepted == 1 })
    let counters = try #require(poses.counters)
    #expect(counters.datagrams == 9)
    #expect(counters.refused == 8)
    #expect(counters.firstRefusal?.contains("quaternion is missing") == true)
    #expect(counters.lastRefusal?.contains("16384 bytes") == true)
    #expect(poses.place(at: monotonicNanoseconds()).x == 4)
  }

  @Test func readsSeveralLinesOfADatagram() throws {
    let (poses, sender) = try open()
    let lines = (0..<5).map { PoseSender.line(t: Double($0) / 10, x: Double($0)) }
    sender.send(lines.joined(separator: "\r\n") + "\n\n")
    #expect(poses.waitUntil { $0.accepted == 5 })
    #expect(poses.counters?.datagrams == 1)
    #expect(poses.counters?.refused == 0)
    #expect(poses.place(at: monotonicNanoseconds()).x == 4)
    // 64 at most, whatever a datagram holds.
    sender.send((0..<100).map { "{\"t\": \(1 + Double($0) / 100)}" }.joined(separator: "\n"))
    #expect(poses.waitUntil { $0.refused >= 65 })
    #expect(poses.counters?.lastRefusal?.contains("64 lines") == true)
  }

  @Test func followsASenderThatStartsAnew() throws {
    let (poses, sender) = try open()
    sender.send(PoseSender.line(t: 900, x: 1))
    #expect(poses.waitUntil { $0.accepted == 1 })
    let arrival = poses.receive { later in sender.send(PoseSender.line(t: 0.5 + later, x: 2)) }
    #expect(poses.counters?.clockResets == 1)
    #expect(poses.place(at: arrival) == (2, false))
  }

  @Test func stopsAtOnceEvenInAFlood() throws {
    var times: [Int64] = []
    for _ in 0..<20 {
      var (poses, sender): (LivePoses?, PoseSender) = try open()
      for i in 0..<200 { sender.send(PoseSender.line(x: Double(i))) }
      let start = monotonicNanoseconds()
      poses = nil
      times.append(monotonicNanoseconds() - start)
      #expect(poses == nil)
    }
    // A busy machine may delay one of them.
    #expect(times.sorted()[18] < 2_000_000_000, "\(times)")
  }

  @Test func saysWhenThePortIsTaken() throws {
    let (poses, _) = try open()
    let address = "udp://127.0.0.1:\(poses.localPort)"
    let thrown = #expect(throws: (any Error).self) {
      try openPoseSource(address, calibration: SampleScene.calibration())
    }
    let message = "\(try #require(thrown))"
    #expect(message.contains(address) && message.contains("in use") && message.contains("another port"), "\(message)")
  }

  @Test func saysWhenTheAddressIsNotHere() throws {
    // An address for documentation (RFC 5737): no machine has it.
    let thrown = #expect(throws: (any Error).self) {
      try openPoseSource("udp://192.0.2.1:5005", calibration: SampleScene.calibration())
    }
    #expect("\(try #require(thrown))".contains("udp://192.0.2.1:5005"))
  }

  /// In a process of its own, so that no other test's memory or time is counted.
  @Test func fiftyThousandDatagramsCostLittle() async {
    await #expect(processExitsWith: .success) {
      let poses = try LivePoses(
        address: .udp(host: "127.0.0.1", port: 0), calibration: SampleScene.calibration())
      let sender = PoseSender(port: poses.localPort)
      for i in 0..<1000 { sender.send(PoseSender.line(x: Double(i))) }
      #expect(poses.waitUntil { $0.accepted > 0 })
      let memoryBefore = ProcessUse.residentBytes
      var waits: [Int64] = []
      for i in 0..<50_000 {
        if i % 3 == 0 { sender.send("garbage \(i)") } else { sender.send(PoseSender.line(x: Double(i))) }
        if i % 100 == 0 {
          // What the pipeline asks must not wait for the flood.
          let start = monotonicNanoseconds()
          _ = poses.place(at: start)
          waits.append(monotonicNanoseconds() - start)
        }
      }
      // What was queued is read, and a pose sent then arrives; the kernel throws those away that come before.
      #expect(
        poses.waitUntil { _ in
          sender.send(PoseSender.line(x: -9))
          return poses.place(at: monotonicNanoseconds()).x == -9
        })
      #expect(ProcessUse.residentBytes - memoryBefore < 2 << 20)
      // A busy machine takes the core away now and then; a lock that is held for the flood would show nearly always.
      #expect(waits.sorted()[waits.count * 19 / 20] < 20_000_000)
      let counters = try #require(poses.counters)
      #expect(counters.datagrams > 1000)
      #expect(counters.refused > 0)
      // Every datagram was read or counted as thrown away by the kernel.
      #expect(counters.accepted + counters.refused + counters.dropped >= 51_001)
    }
  }
}
