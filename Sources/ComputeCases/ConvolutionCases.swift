import Compute

extension ComputeCase {
  static let convolutions: [ComputeCase] =
    [(64, 64, 64, 64), (32, 32, 256, 256), (128, 128, 64, 64), (256, 256, 32, 32)].map { input, out, height, width in
      convolution([1, height, width, input], out, timed: true)
    } + [
      convolution([1, 128, 128, 64], 64, stride: 2, Epilogue.Choice(bias: true), timed: true),
      convolution([1, 64, 64, 128], 128, size: 1, Epilogue.Choice(bias: true), timed: true),
      convolution(
        [1, 64, 64, 64], 64, Epilogue.Choice(bias: true, activation: .reLU, residual: true, activatesLast: true),
        timed: true),
      convolution([1, 224, 224, 3], 32, Epilogue.Choice(bias: true, activation: .siLU), timed: true),
      convolution([2, 5, 7, 3], 5, Epilogue.Choice(bias: true)),
      convolution([1, 1, 1, 1], 1),
      convolution([1, 2, 13, 17], 33, Epilogue.Choice(activation: .reLU)),
      convolution([3, 9, 11, 6], 20, stride: 2, Epilogue.Choice(bias: true, activation: .siLU)),
      convolution([1, 8, 8, 4], 8, stride: 2),
      convolution([1, 1, 9, 4], 8, stride: 2),
      convolution([2, 6, 25, 19], 35, size: 1, Epilogue.Choice(bias: true, gateRows: 2, residual: true)),
      convolution([2, 7, 9, 5], 12, size: 1, stride: 2, Epilogue.Choice(bias: true)),
      convolution([1, 1, 9, 5], 12, size: 1, stride: 2),
      convolution([1, 13, 14, 16], 32, Epilogue.Choice(bias: true, activation: .siLU, residual: true)),
    ]

  private static func convolution(
    _ shape: [Int], _ out: Int, size: Int = 3, stride: Int = 1, _ choice: Epilogue.Choice = Epilogue.Choice(),
    timed: Bool = false
  ) -> ComputeCase {
    let result = [shape[0], (shape[1] + stride - 1) / stride, (shape[2] + stride - 1) / stride, out]
    var name = "\(size)×\(size) \(shape[3])→\(out) at \(shape[0])×\(shape[1])×\(shape[2])"
    if stride != 1 { name += " stride \(stride)" }
    if choice.bias { name += " + bias" }
    if choice.activation != .none { name += " \(choice.activation)\(choice.activatesLast ? " last" : "")" }
    if choice.gateRows != nil { name += " gate" }
    if choice.residual { name += " residual" }
    return ComputeCase(
      "convolution", name,
      floatingPointOperations: 2 * Double(result.reduce(1, *)) * Double(shape[3] * size * size), isTimed: timed
    ) { builder in
      let x = try builder.input("x", shape)
      let scale = 1 / Float(shape[3] * size * size).squareRoot()
      let weights = try builder.weights([out, shape[3], size, size], scale: scale)
      let epilogue = try choice.epilogue(result, &builder)
      try builder.graph.output("y", try builder.graph.convolution(x, weights: weights, stride: stride, epilogue))
    }
  }
}
