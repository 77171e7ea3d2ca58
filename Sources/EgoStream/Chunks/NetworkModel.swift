import Compute
import Networks

/// The networks of a model folder as a session uses them.
final class NetworkModel: ChunkModel {
  let shape: ChunkShape
  let fill: EgoSession.Fill
  private let model: StreamingModel

  /// - Throws: `.model` naming what in the folder does not fit, `.outOfMemory`, `.library`.
  init(_ folder: ModelFolder, _ backend: any Backend, elementType: ElementType) throws(Failure) {
    let path = folder.path
    model = try StreamingModel(folder, backend, elementType: elementType)
    let configuration = folder.configuration
    let latentSize = 8 * configuration.codec.patch
    guard configuration.transformer.patchSize[1] == configuration.transformer.patchSize[2] else {
      throw Failure(.model, "model \(path): patches of \(configuration.transformer.patchSize); expected square ones")
    }
    shape = ChunkShape(
      exoWidth: configuration.exo.width, exoHeight: configuration.exo.height, egoWidth: configuration.ego.width,
      egoHeight: configuration.ego.height, framesPerLatent: configuration.codec.framesPerLatent,
      latentFrames: model.latentFrames, tokenSize: latentSize * configuration.transformer.patchSize[1],
      latentSize: latentSize)
    guard [0, shape.framesPerLatent].contains(configuration.conditioning.coverageChannels) else {
      throw Failure(
        .model,
        "model \(path): coverage_channels is \(configuration.conditioning.coverageChannels); expected 0 or "
          + "\(shape.framesPerLatent), one a frame")
    }
    switch configuration.conditioning.fill {
    case .none: fill = .none
    case .pushPull: fill = .pushPull
    }
    hasCoverage = configuration.conditioning.coverageChannels > 0
  }

  private let hasCoverage: Bool

  func complete(_ chunk: Chunk) throws(Failure) {
    let none = UnsafeBufferPointer<Float>(start: nil, count: 0)
    try model.complete(
      StreamingModel.Input(
        exo: UnsafeRawBufferPointer(chunk.exo.buffer), prior: UnsafeRawBufferPointer(chunk.prior.buffer),
        coverage: hasCoverage ? UnsafeBufferPointer(chunk.coverage.buffer) : none,
        geometry: ChunkGeometry(
          rays: UnsafeBufferPointer(chunk.rays.buffer), centres: UnsafeBufferPointer(chunk.centres.buffer),
          points: UnsafeBufferPointer(chunk.points.buffer))),
      into: UnsafeMutableRawBufferPointer(chunk.ego.buffer))
  }

  func settle() throws(Failure) { try model.settle() }
  func reset() throws(Failure) { try model.reset() }
}

/// Opens a model for the device that a session's geometry runs on.
/// - Parameters:
///   - device: `nil` for the processor.
///   - steps: Of denoising; `nil` for as many as the model was made for.
///   - precision: Of the processor's products; `nil` for the fastest that it has.
func openModel(
  _ path: String, on device: VulkanDevice?, steps: Int? = nil, _ precision: CPUBackend.Precision? = nil
) throws(Failure) -> any ChunkModel {
  var folder = try ModelFolder(path)
  if let steps { try folder.take(steps: steps) }
  guard let device else {
    // Twice as fast where the processor has it, and a picture is not worse for it: see docs/decisions/021.
    let precision = precision ?? (CPUBackend.supports(.bfloat16) ? .bfloat16 : .float32)
    return try NetworkModel(folder, CPUBackend(precision: precision), elementType: .float32)
  }
  do {
    return try NetworkModel(folder, VulkanBackend(device), elementType: .float16)
  } catch {
    throw error.advising(whereMemoryRanOut: "use a smaller model, a lower map-capacity, or backend=cpu")
  }
}
