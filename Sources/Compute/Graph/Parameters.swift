/// A number that may change between runs without compiling again: a timestep, a cache slot, the end of a key range.
public struct Parameter: Sendable, Equatable {
  /// Which 32-bit word of the parameter block.
  public let index: Int
  /// Whether the word is an `Int32`; else a `Float`.
  public let isInteger: Bool
}

/// An attribute of an operation that is either fixed or a parameter.
public enum Scalar: Sendable, Equatable {
  case real(Float)
  case integer(Int)
  case parameter(Parameter)

  var parameter: Parameter? {
    if case .parameter(let parameter) = self { return parameter }
    return nil
  }
}

extension Scalar: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  public init(floatLiteral value: Float) { self = .real(value) }
  public init(integerLiteral value: Int) { self = .integer(value) }
}

/// The values of all of a graph's parameters, one 32-bit word each.
public struct ParameterBlock: Sendable, Equatable {
  /// Bits, as a backend uploads them.
  public private(set) var words: [UInt32]

  public init(_ graph: Graph) { words = graph.parameters.map(\.initialBits) }

  /// The value as a real number.
  public func real(_ scalar: Scalar) -> Float {
    switch scalar {
    case .real(let value): return value
    case .integer(let value): return Float(value)
    case .parameter(let parameter):
      guard words.indices.contains(parameter.index) else { return 0 }
      let bits = words[parameter.index]
      return parameter.isInteger ? Float(Int32(bitPattern: bits)) : Float(bitPattern: bits)
    }
  }

  /// The value as a whole number; a real one is cut off, one that is out of range gives -1.
  public func integer(_ scalar: Scalar) -> Int {
    switch scalar {
    case .real(let value): return Int(exactly: value.rounded(.towardZero)) ?? -1
    case .integer(let value): return value
    case .parameter(let parameter):
      guard words.indices.contains(parameter.index) else { return -1 }
      let bits = words[parameter.index]
      return parameter.isInteger
        ? Int(Int32(bitPattern: bits)) : Int(exactly: Float(bitPattern: bits).rounded(.towardZero)) ?? -1
    }
  }

  /// - Throws: `.setting` when the parameter is another graph's or the value does not fit it.
  public mutating func set(_ parameter: Parameter, _ value: Int) throws(Failure) {
    try check(parameter)
    if parameter.isInteger {
      guard let narrow = Int32(exactly: value) else {
        throw Failure(.setting, "parameter \(parameter.index): \(value) does not fit 32 bits")
      }
      words[parameter.index] = UInt32(bitPattern: narrow)
    } else {
      words[parameter.index] = Float(value).bitPattern
    }
  }

  /// - Throws: `.setting` when the parameter is another graph's or a whole number.
  public mutating func set(_ parameter: Parameter, _ value: Float) throws(Failure) {
    try check(parameter)
    guard !parameter.isInteger else {
      throw Failure(.setting, "parameter \(parameter.index) is a whole number; \(value) was given as a real one")
    }
    words[parameter.index] = value.bitPattern
  }

  private func check(_ parameter: Parameter) throws(Failure) {
    guard words.indices.contains(parameter.index) else {
      throw Failure(.setting, "parameter \(parameter.index) is not of this graph, which has \(words.count)")
    }
  }
}
