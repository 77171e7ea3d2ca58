import Compute
import Geometry
import Glibc
import TestSupport
import Testing

@testable import EgoStream

/// Live poses through a socket in the file system.
struct UnixPosesTests {
  private let path = "/tmp/ego-pose-test-\(UInt64.random(in: 0...UInt64.max))"

  private func open() throws -> any PoseSource {
    try openPoseSource("unix:\(path)", calibration: SampleScene.calibration())
  }

  private func status() -> stat? {
    var found = stat()
    return lstat(path, &found) == 0 ? found : nil
  }

  @Test func receivesKeepsToItselfAndTidiesUp() throws {
    var poses: LivePoses? = try #require(open() as? LivePoses)
    let mode = try #require(status()).st_mode
    #expect(mode & S_IFMT == S_IFSOCK)
    #expect(mode & 0o777 == 0o600)
    PoseSender(path: path).send(PoseSender.line(x: 6))
    #expect(try #require(poses).waitUntil { $0.accepted == 1 })
    #expect(poses?.place(at: monotonicNanoseconds()).x == 6)
    poses = nil
    #expect(status() == nil)
  }

  @Test func takesThePlaceOfASocketNobodyListensOn() throws {
    let abandoned = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = PoseSocket.unixAddress(path)
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(abandoned, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    #expect(bound == 0)
    close(abandoned)
    #expect(status() != nil)
    let poses = try #require(open() as? LivePoses)
    PoseSender(path: path).send(PoseSender.line(x: 6))
    #expect(poses.waitUntil { $0.accepted == 1 })
  }

  @Test func leavesASocketInUseAlone() throws {
    let first = try #require(open() as? LivePoses)
    let thrown = #expect(throws: Failure.self) { try open() }
    let failure = try #require(thrown)
    #expect(failure.kind == .pose)
    #expect(failure.message.contains(path) && failure.message.contains("another program listens"), "\(failure.message)")
    PoseSender(path: path).send(PoseSender.line(x: 6))
    #expect(first.waitUntil { $0.accepted == 1 })
  }

  @Test func leavesOtherFilesAlone() throws {
    let file = try #require(fopen(path, "w"))
    fputs("precious", file)
    fclose(file)
    defer { unlink(path) }
    let thrown = #expect(throws: Failure.self) { try open() }
    #expect(try #require(thrown).message.contains("no socket"))
    #expect(try #require(status()).st_size == 8)
  }

  @Test func leavesWhatTookItsPlaceAlone() throws {
    var poses: (any PoseSource)? = try open()
    #expect(poses != nil)
    unlink(path)
    let file = try #require(fopen(path, "w"))
    fclose(file)
    defer { unlink(path) }
    poses = nil
    #expect(status() != nil)
  }

  @Test func saysThatTheFolderIsMissing() throws {
    let thrown = #expect(throws: Failure.self) {
      try openPoseSource("unix:/nowhere/at/all", calibration: SampleScene.calibration())
    }
    let failure = try #require(thrown)
    #expect(
      failure.message.contains("unix:/nowhere/at/all") && failure.message.contains("folder"), "\(failure.message)")
  }
}
