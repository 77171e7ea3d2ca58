/// Operations on pictures: resizing, patches, bytes in and out.
extension GraphEncoder {
  private struct ResizePush {
    var count, channels, height, width, outHeight, outWidth: UInt32
  }

  mutating func encode(_ operation: Resize) throws(Failure) {
    let (input, output) = (operation.input, operation.output)
    let pipeline = try pipeline(
      Shaders.resize, [0: half(output), 1: half(input), 2: .bool(operation.mode == .bilinear)])
    let push = ResizePush(
      count: UInt32(output.count), channels: UInt32(output.channels), height: UInt32(input.shape[1]),
      width: UInt32(input.shape[2]), outHeight: UInt32(output.shape[1]), outWidth: UInt32(output.shape[2]))
    try spread(
      pipeline, [memory.region(output), memory.region(input)], push, threads: (output.count + 3) / 4)
  }

  private struct PatchesPush {
    var count, height, width, channels, patchFrames, patchHeight, patchWidth: UInt32
  }

  mutating func encode(_ operation: Patches) throws(Failure) {
    let (input, output) = (operation.input, operation.output)
    let pixels = operation.direction == .gather ? input.shape : output.shape
    let pipeline = try pipeline(
      Shaders.patches,
      [
        0: half(output), 1: half(input), 2: .bool(operation.direction == .scatter),
        3: .bool(operation.order == .channelLast),
      ])
    let push = PatchesPush(
      count: UInt32(output.count), height: UInt32(pixels[1]), width: UInt32(pixels[2]), channels: UInt32(pixels[3]),
      patchFrames: UInt32(operation.patch[0]), patchHeight: UInt32(operation.patch[1]),
      patchWidth: UInt32(operation.patch[2]))
    try spread(
      pipeline, [memory.region(output), memory.region(input)], push, threads: (output.count + 3) / 4)
  }

  private struct ImageInputPush {
    var count, width, channels, pixelStep, rowStep, channelStep: UInt32
    var scale, offset: Float
  }

  mutating func encode(_ operation: ImageInput) throws(Failure) {
    let (layout, output) = (operation.layout, operation.output)
    let steps = layout.steps
    let push = ImageInputPush(
      count: UInt32(output.count), width: UInt32(layout.width), channels: UInt32(layout.channels),
      pixelStep: UInt32(steps.pixel), rowStep: UInt32(steps.row), channelStep: UInt32(steps.channel),
      scale: operation.scale, offset: operation.offset)
    try spread(
      pipeline(Shaders.imageInput, [0: half(output)]), [memory.region(output), memory.region(operation.input)], push,
      threads: (output.count + 3) / 4)
  }

  private struct ImageOutputPush {
    var byteCount, width, channels, isPlanar, rowBytes, planeRows: UInt32
    var scale, offset: Float
  }

  mutating func encode(_ operation: ImageOutput) throws(Failure) {
    let layout = operation.layout
    let push = ImageOutputPush(
      byteCount: UInt32(layout.byteCount), width: UInt32(layout.width), channels: UInt32(layout.channels),
      isPlanar: layout.arrangement == .planar ? 1 : 0, rowBytes: UInt32(layout.strideBytes),
      planeRows: UInt32(layout.height), scale: operation.scale, offset: operation.offset)
    try spread(
      pipeline(Shaders.imageOutput, [0: half(operation.input)]),
      [memory.region(operation.output), memory.region(operation.input)], push, threads: (layout.byteCount + 3) / 4)
  }
}
