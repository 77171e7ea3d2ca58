import Compute

/// Weights of a file that were held against what a network needs.
public struct SafetensorsWeights: WeightSource {
  private let collection: SafetensorsCollection
  private let specifications: [String: WeightSpecification]

  /// - Throws: `.model` listing every tensor that is missing, unexpected, or of another shape or kind of number.
  public init(
    _ collection: SafetensorsCollection, expecting specifications: [WeightSpecification]
  ) throws(Failure) {
    self.collection = collection
    self.specifications = Dictionary(specifications.map { ($0.name, $0) }) { first, _ in first }
    try SafetensorsWeights.check(
      collection.names.compactMap { name in collection.entry(name).map { (name, $0) } }, against: specifications,
      "weights \(collection.path)")
  }

  public func constant(_ name: String, _ shape: [Int]) throws(Failure) -> Constant {
    let constant = try stored(name, shape)
    try constant.checkFinite("weights \(collection.path): tensor \(name)")
    return constant
  }

  /// Whether the file stores every tensor as float16.
  public var areHalves: Bool {
    specifications.keys.allSatisfy { collection.entry($0).map { $0.format == .f16 } ?? true }
  }

  /// Looks at every number of every tensor.
  /// - Throws: `.model` naming the first that is none.
  public func checkNumbers() throws(Failure) {
    for specification in specifications.values.sorted(by: { $0.name < $1.name })
    where collection.entry(specification.name) != nil {
      _ = try constant(specification.name, specification.shape)
    }
  }

  private func stored(_ name: String, _ shape: [Int]) throws(Failure) -> Constant {
    guard let entry = collection.entry(name) else {
      throw Failure(.model, "weights \(collection.path): no tensor \(name)")
    }
    if entry.shape == shape { return try collection.constant(name) }
    guard let specification = specifications[name], specification.shape == shape, specification.accepts(entry.shape)
    else {
      throw Failure(
        .model, "weights \(collection.path): tensor \(name) is \(entry.shape); expected \(shape)")
    }
    let rows = entry.shape[0]
    return try collection.constant(name, rows: rows - shape[0]..<rows)
  }

  /// Gives back the memory of pages that a compile looked at.
  public func releasePages() { collection.releasePages() }

  private static func check(
    _ found: [(name: String, entry: SafetensorsFile.Entry)], against specifications: [WeightSpecification],
    _ label: String
  ) throws(Failure) {
    var entries = Dictionary(found.map { ($0.name, $0.entry) }) { first, _ in first }
    var complaints: [String] = []
    for specification in specifications {
      guard let entry = entries.removeValue(forKey: specification.name) else {
        complaints.append("\(specification.name) \(specification.shape) is missing")
        continue
      }
      if !specification.accepts(entry.shape) {
        complaints.append("\(specification.name) is \(entry.shape); expected \(specification.shape)")
      } else if entry.format.elementType == nil {
        complaints.append("\(specification.name) is \(entry.format.rawValue); expected F32, F16 or BF16")
      }
    }
    for name in entries.keys.sorted() { complaints.append("\(name) \(entries[name]?.shape ?? []) is unexpected") }
    try refuse(complaints, label)
  }
}

/// Throws one failure of all complaints, the first twenty in words.
func refuse(_ complaints: [String], _ label: String) throws(Failure) {
  guard !complaints.isEmpty else { return }
  let shown = complaints.prefix(20).joined(separator: "; ")
  let rest = complaints.count > 20 ? "; and \(complaints.count - 20) more" : ""
  throw Failure(.model, "\(label): \(complaints.count) tensors do not fit: \(shown)\(rest)")
}
