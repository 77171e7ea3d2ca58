/// Checks that the builders share; every error names the operation, what was found and what was expected.
extension Graph {
  /// `blocks.3.attn1: matmul #17`.
  func label(_ name: String) -> String {
    (scope.isEmpty ? "" : scope + ": ") + "\(name) #\(nodes.count)"
  }

  func refusal(_ label: String, _ message: String) -> Failure { Failure(.model, "\(label): \(message)") }

  func require(_ condition: Bool, _ label: String, _ message: @autoclosure () -> String) throws(Failure) {
    guard condition else { throw refusal(label, message()) }
  }

  /// Guards against a tensor of another graph.
  func checkKnown(_ tensor: Tensor, _ label: String) throws(Failure) {
    guard buffers.indices.contains(tensor.buffer), buffers[tensor.buffer].count == tensor.count,
      buffers[tensor.buffer].elementType == tensor.elementType
    else { throw refusal(label, "tensor \(tensor.description) is not of this graph") }
  }

  /// A tensor of this graph that holds numbers, not bytes.
  func checkNumbers(_ tensors: [Tensor?], _ label: String) throws(Failure) {
    for case let tensor? in tensors {
      try checkKnown(tensor, label)
      try require(tensor.elementType != .uint8, label, "bytes \(tensor.shape) are no numbers; see imageInput")
    }
  }

  /// A tensor of `groups × channels` that serves `rows × channels`: each group of rows in turn, one channel or all.
  func checkBroadcast(_ operand: Tensor?, over target: [Int], _ label: String, _ role: String) throws(Failure) {
    guard let operand else { return }
    let channels = target.last ?? 1
    let rows = target.dropLast().reduce(1, *)
    try require(
      rows % operand.rows == 0 && (operand.channels == channels || operand.channels == 1), label,
      "\(role) \(operand.shape) does not serve \(target); expected rows that divide \(rows), and \(channels) or 1 channels"
    )
  }

  func checkVector(_ operand: Tensor?, channels: Int, _ label: String, _ role: String) throws(Failure) {
    guard let operand else { return }
    try require(operand.count == channels, label, "\(role) \(operand.shape); expected \(channels) values")
  }

  func check(_ epilogue: Epilogue, over shape: [Int], _ label: String) throws(Failure) {
    try checkNumbers([epilogue.bias, epilogue.gate, epilogue.residual], label)
    try checkVector(epilogue.bias, channels: shape.last ?? 1, label, "bias")
    try checkBroadcast(epilogue.gate, over: shape, label, "gate")
    if let residual = epilogue.residual {
      try require(
        residual.count == shape.reduce(1, *) && residual.channels == shape.last, label,
        "residual \(residual.shape); expected \(shape)")
    }
  }

  func check(_ scalar: Scalar, _ label: String, _ role: String) throws(Failure) {
    guard let parameter = scalar.parameter else { return }
    try require(
      parameters.indices.contains(parameter.index) && parameters[parameter.index].parameter == parameter, label,
      "\(role) is a parameter of another graph")
  }

  /// Frames, height, width and channels of a feature map.
  func imageShape(_ tensor: Tensor, _ label: String) throws(Failure) -> [Int] {
    try checkNumbers([tensor], label)
    try require(
      tensor.shape.count == 4, label, "\(tensor.shape); expected frames × height × width × channels")
    return tensor.shape
  }
}
