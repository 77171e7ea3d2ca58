import Compute
import Glibc

/// Weights that say how large they are and nothing else, so that the graph of a model of any size can be built and planned
/// without memory for it. All are zero when looked at.
public final class PlaceholderWeights: WeightSource {
  /// Addresses without pages behind them until someone reads.
  private let reserved: UnsafeMutableRawPointer
  private static let byteCount = 8 << 30
  public let elementType: ElementType

  /// - Throws: `.outOfMemory` when the system refuses even the addresses.
  public init(elementType: ElementType) throws(Failure) {
    self.elementType = elementType
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    guard let address = mmap(nil, PlaceholderWeights.byteCount, PROT_READ, flags, -1, 0), address != MAP_FAILED else {
      throw Failure(.outOfMemory, "\(PlaceholderWeights.byteCount) addresses for a plan: \(systemMessage(errno))")
    }
    reserved = address
  }

  deinit { munmap(reserved, PlaceholderWeights.byteCount) }

  public func constant(_ name: String, _ shape: [Int]) throws(Failure) -> Constant {
    var bytes = elementType.byteCount
    for size in shape {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: size)
      guard size >= 1, !overflow, product <= PlaceholderWeights.byteCount else {
        throw Failure(.model, "weights \(name): shape \(shape); expected fewer than 2³¹ elements")
      }
      bytes = product
    }
    return Constant(elementType, at: reserved, count: bytes / elementType.byteCount, owner: self)
  }
}
