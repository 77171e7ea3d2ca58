import Compute

/// A tensor that a network needs: its name in the file and its shape there.
public struct WeightSpecification: Sendable, Equatable {
  public let name: String
  public let shape: [Int]
  /// Whether a file's tensor may have more rows (indices of the first dimension), of which the last are taken.
  public let keepsLastRows: Bool

  public init(_ name: String, _ shape: [Int], keepsLastRows: Bool = false) {
    self.name = name
    self.shape = shape
    self.keepsLastRows = keepsLastRows
  }

  /// Elements.
  public var count: Int { shape.reduce(1, *) }

  /// Whether a tensor of that shape will do.
  public func accepts(_ found: [Int]) -> Bool {
    if found == shape { return true }
    guard keepsLastRows, let rows = found.first, let wanted = shape.first else { return false }
    return rows > wanted && found.dropFirst() == shape.dropFirst()
  }
}

/// Where a network's weights come from: a file, or numbers drawn at random.
///
/// A network first states all that it needs (`WeightSpecification`), so that a source can report everything that is
/// missing, unexpected or of another shape at once; building the graph then only asks for what is there.
public protocol WeightSource {
  /// - Throws: `.model` naming the tensor when it is not there or not of this shape.
  func constant(_ name: String, _ shape: [Int]) throws(Failure) -> Constant
}
