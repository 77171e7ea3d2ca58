import Glibc

/// The 32-bit words that the host writes before a run and kernels read: parameters of the graph, resolved for each
/// operation, and tables of cosines and sines.
struct ParameterWords {
  private enum Update {
    case integer(word: Int, Scalar)
    case real(word: Int, Scalar)
    case turns(word: Int, RotaryEmbedding)
    case timesteps(word: Int, [Scalar], channels: Int)
  }

  private(set) var words: [UInt32] = []
  private var updates: [Update] = []
  /// Where tables that several operations read begin.
  private var spaceTurns: [SpaceTurns: Int] = [:]

  private struct SpaceTurns: Hashable {
    let places: [TokenPlace]
    let split: [Int]
    let base: Float

    init(_ operation: RotaryEmbedding) {
      places = operation.tokenPlaces
      split = operation.split
      base = operation.base
    }
  }

  /// Adds fixed words.
  /// - Returns: The index of the first.
  mutating func add(_ fixed: [UInt32]) -> Int {
    defer { words += fixed }
    return words.count
  }

  mutating func addInteger(_ scalar: Scalar) -> Int {
    updates.append(.integer(word: words.count, scalar))
    return add([0])
  }

  mutating func addReal(_ scalar: Scalar) -> Int {
    updates.append(.real(word: words.count, scalar))
    return add([0])
  }

  /// A table of (cosine, sine) by frame and pair.
  mutating func addTimeTurns(_ operation: RotaryEmbedding) -> Int {
    updates.append(.turns(word: words.count, operation))
    return add([UInt32](repeating: 0, count: operation.framePlaces.count * operation.split[0]))
  }

  /// A table of (cosine, sine) by token and pair, height before width.
  mutating func addSpaceTurns(_ operation: RotaryEmbedding) -> Int {
    let key = SpaceTurns(operation)
    if let made = spaceTurns[key] { return made }
    var table: [UInt32] = []
    for place in operation.tokenPlaces {
      for (axis, place) in [(1, place.row), (2, place.column)] {
        for pair in 0..<operation.split[axis] / 2 {
          let angle = Double(place) * operation.frequency(axis: axis, pair)
          table += [Float(cos(angle)).bitPattern, Float(sin(angle)).bitPattern]
        }
      }
    }
    let word = add(table)
    spaceTurns[key] = word
    return word
  }

  /// Timestep embeddings, whole; starts at a multiple of 64 words so that it can be bound as a tensor.
  mutating func addTimesteps(_ timesteps: [Scalar], channels: Int) -> Int {
    words += [UInt32](repeating: 0, count: -words.count & 63)
    updates.append(.timesteps(word: words.count, timesteps, channels: channels))
    return add([UInt32](repeating: 0, count: (timesteps.count * channels + 3) / 4 * 4))
  }

  /// Resolves everything; allocates nothing.
  /// - Parameter target: Room for all words.
  func write(_ block: ParameterBlock, to target: UnsafeMutableRawPointer) {
    func put(_ value: UInt32, _ word: Int) { target.storeBytes(of: value, toByteOffset: word * 4, as: UInt32.self) }
    for update in updates {
      switch update {
      case .integer(let word, let scalar): put(UInt32(truncatingIfNeeded: block.integer(scalar)), word)
      case .real(let word, let scalar): put(block.real(scalar).bitPattern, word)
      case .turns(let word, let operation):
        let channels = operation.split[0]
        for (frame, place) in operation.framePlaces.enumerated() {
          let place = Double(place.resolved(block))
          for pair in 0..<channels / 2 {
            // In 64 bits: at place 10⁴ a float's angle is already off by 10⁻³.
            let angle = place * operation.frequency(axis: 0, pair)
            let at = word + frame * channels + pair * 2
            put(Float(cos(angle)).bitPattern, at)
            put(Float(sin(angle)).bitPattern, at + 1)
          }
        }
      case .timesteps(let word, let timesteps, let channels):
        let half = channels / 2
        for (row, timestep) in timesteps.enumerated() {
          let time = Double(block.real(timestep))
          for index in 0..<half {
            let angle = time * pow(10_000, -Double(index) / Double(half))
            put(Float(cos(angle)).bitPattern, word + row * channels + index)
            put(Float(sin(angle)).bitPattern, word + row * channels + half + index)
          }
        }
      }
    }
  }
}

extension ParameterWords {
  /// At least as many words as encoding `graph` adds: the buffer is bound before they are counted.
  static func bound(_ graph: Graph) -> Int {
    var spaceTurns = Set<SpaceTurns>()
    return graph.nodes.reduce(0) { sum, node in
      switch node.operation {
      case .elementwise(let operation): return sum + 3 * operation.steps.count
      case .rotaryEmbedding(let operation):
        let sum = sum + operation.framePlaces.count * operation.split[0]
        let isNew = spaceTurns.insert(SpaceTurns(operation)).inserted
        return sum + (isNew ? operation.tokenPlaces.count * (operation.split[1] + operation.split[2]) : 0)
      case .timestepEmbedding(let operation): return sum + operation.output.count + 66
      case .attention(let operation):
        let groups = operation.keyRanges.groups
        return sum + groups.count * (groups.map(\.count).max() ?? 0) * 2 + 1
      case .ringWrite: return sum + 1
      default: return sum
      }
    }
  }
}
