import Compute

extension ComputeCase {
  static let spatialCases: [ComputeCase] = resizes + patches + movements + pictures

  private static let resizes: [ComputeCase] = Resize.Mode.allCases.flatMap { mode in
    [
      ([1, 112, 112, 32], 224, 224, true), ([2, 5, 7, 3], 10, 14, false), ([1, 9, 8, 5], 4, 3, false),
      ([1, 1, 1, 2], 3, 4, false), ([1, 6, 10, 1], 7, 9, false),
    ].map { shape, height, width, timed in
      ComputeCase("resize", "\(mode) \(shape) to \(height)×\(width)", isTimed: timed) { builder in
        let x = try builder.input("x", shape)
        try builder.graph.output("y", try builder.graph.resize(x, height: height, width: width, mode))
      }
    }
  }

  private static let patches: [ComputeCase] =
    Patches.Order.allCases.flatMap { order in
      [([4, 32, 56, 16], [1, 2, 2], true), ([4, 6, 9, 5], [2, 2, 3], false), ([3, 1, 2, 7], [3, 1, 1], false)].flatMap {
        shape, patch, timed in
        [
          ComputeCase("patches", "gather \(order) \(shape) by \(patch)", isTimed: timed) { builder in
            let x = try builder.input("x", shape)
            try builder.graph.output("y", try builder.graph.patchify(x, patch: patch, order))
          },
          ComputeCase("patches", "scatter \(order) to \(shape) by \(patch)", isTimed: timed) { builder in
            let tokens = [shape[0] / patch[0], shape[1] / patch[1], shape[2] / patch[2], shape[3] * patch.reduce(1, *)]
            let x = try builder.input("x", tokens)
            try builder.graph.output("y", try builder.graph.unpatchify(x, patch: patch, order))
          },
        ]
      }
    } + [
      ComputeCase("patches", "pixel shuffle and back") { builder in
        let x = try builder.input("x", [2, 3, 5, 12])
        let shuffled = try builder.graph.pixelShuffle(x, factor: 2)
        try builder.graph.output("shuffled", shuffled)
        try builder.graph.output("y", try builder.graph.pixelUnshuffle(shuffled, factor: 2))
      }
    ]

  private static let movements: [ComputeCase] =
    [0, 1, 2, 3].map { axis in
      ComputeCase("concatenate", "three along dimension \(axis)") { builder in
        let inputs = try [3, 1, 4].map { size in
          var shape = [2, 3, 4, 5]
          shape[axis] = size
          return try builder.input("x\(size)", shape)
        }
        try builder.graph.output("y", try builder.graph.concatenate(inputs, axis: axis))
      }
    } + [
      ComputeCase("concatenate", "channels of [4, 32, 56, 16] and itself", isTimed: true) { builder in
        let x = try builder.input("x", [4, 32, 56, 16])
        try builder.graph.output("y", try builder.graph.concatenate([x, x], axis: 3))
      }
    ]
    + [(0, 1..<3), (1, 0..<1), (2, 2..<7), (3, 4..<5)].map { axis, range in
      ComputeCase("slice", "\(range) along dimension \(axis)") { builder in
        let x = try builder.input("x", [3, 2, 7, 5])
        try builder.graph.output("y", try builder.graph.slice(x, axis: axis, range))
      }
    } + [
      ComputeCase("copy", "[2, 3, 41] under another shape") { builder in
        let x = try builder.input("x", [2, 3, 41])
        let copy = try builder.graph.copy(x)
        try builder.graph.output("y", try builder.graph.reshape(copy, [41, 6]))
      }
    ]

  private static let pictures: [ComputeCase] = ImageLayout.Arrangement.allCases.flatMap { arrangement in
    [(448, 448, 3, 1344, true), (13, 5, 3, 48, false), (7, 3, 4, 28, false), (9, 4, 1, 9, false)].map {
      width, height, channels, stride, timed in
      ComputeCase("picture", "\(arrangement) \(width)×\(height)×\(channels), stride \(stride)", isTimed: timed) {
        builder in
        let layout = ImageLayout(
          width: width, height: height, channels: channels, arrangement, strideBytes: stride)
        let x = try builder.picture("picture", layout)
        try builder.graph.output("numbers", x)
        // Beyond 0…255 on both sides.
        let stretched = try builder.graph.elementwise(x, [.scale(1.31), .offset(-0.127)])
        try builder.graph.imageOutput("bytes", stretched, layout)
      }
    }
  }
}
