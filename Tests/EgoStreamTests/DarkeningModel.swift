import Compute
import Geometry

@testable import EgoStream

/// Shows what it was given, made darker, and remembers how often it was asked.
final class DarkeningModel: ChunkModel {
  let shape: ChunkShape
  let fill: EgoSession.Fill
  let factor: Float
  var chunks = 0
  var resets = 0
  var fails = false
  /// Fails once, where the last chunk should be settled, or where everything should be forgotten.
  var failsToSettle = false
  var failsToReset = false
  var lastPoints: [Float] = []
  var lastRays: [Float] = []
  var lastCoverage: [Float] = []
  var lastPrior: [UInt8] = []

  init(_ shape: ChunkShape, fill: EgoSession.Fill = .pushPull, factor: Float = 1) {
    self.shape = shape
    self.fill = fill
    self.factor = factor
  }

  func complete(_ chunk: Chunk) throws(Failure) {
    if fails { throw Failure(.library, "the model fails") }
    chunks += 1
    for index in 0..<chunk.ego.count { chunk.ego.base[index] = UInt8(Float(chunk.prior.base[index]) * factor) }
    lastPoints = Array(UnsafeBufferPointer(start: chunk.points.base, count: chunk.points.count))
    lastRays = Array(UnsafeBufferPointer(start: chunk.rays.base, count: chunk.rays.count))
    lastPrior = Array(UnsafeBufferPointer(start: chunk.prior.base, count: chunk.prior.count))
    lastCoverage = Array(UnsafeBufferPointer(start: chunk.coverage.base, count: chunk.coverage.count))
  }

  func settle() throws(Failure) {
    guard failsToSettle else { return }
    failsToSettle = false
    throw Failure(.library, "the model fails to settle")
  }

  func reset() throws(Failure) {
    resets += 1
    guard failsToReset else { return }
    failsToReset = false
    throw Failure(.library, "the model fails to reset")
  }
}
