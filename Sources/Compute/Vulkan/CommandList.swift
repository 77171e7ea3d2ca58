/// Work for a device, listed in order and checked as it is added; `CommandRecording` makes it runnable.
///
/// Commands behave as if each began after the one before it ended: barriers are placed where the shaders' `readonly` and
/// `writeonly` say they are needed, and nowhere else.
public struct CommandList {
  enum Command {
    case dispatch(Dispatch)
    case copy(from: BufferRegion, to: BufferRegion)
    case fill(BufferRegion, word: UInt32)
    case mark(String)
  }
  struct Dispatch {
    let pipeline: ComputePipeline
    let regions: [BufferRegion]
    let push: [UInt8]
    let size: Size
  }
  enum Size {
    case groups(SIMD3<UInt32>)
    case indirect(BufferRegion)
  }

  public let device: VulkanDevice
  private(set) var commands: [Command] = []

  public init(_ device: VulkanDevice) { self.device = device }

  /// Runs a shader over at least `threads` invocations, rounded up to whole workgroups; none where a count is 0.
  ///
  /// - Parameters:
  ///   - regions: What is bound to the shader's bindings, in order of their numbers.
  ///   - push: The shader's push constants: a struct laid out as std430, whose size must match. `()` for none.
  /// - Throws: `.library` when bindings, sizes, alignment, push constants or workgroup counts do not fit.
  public mutating func dispatch<Push: BitwiseCopyable>(
    _ pipeline: ComputePipeline, _ regions: [any BufferRegionConvertible], push: Push, threads: SIMD3<Int>
  ) throws(Failure) {
    let group = SIMD3<Int>(truncatingIfNeeded: pipeline.workgroupSize)
    let groups = SIMD3(
      Self.groups(threads.x, group.x), Self.groups(threads.y, group.y), Self.groups(threads.z, group.z))
    try dispatch(pipeline, regions, push: push, groups: groups)
  }

  /// Runs a shader in a line of invocations.
  public mutating func dispatch<Push: BitwiseCopyable>(
    _ pipeline: ComputePipeline, _ regions: [any BufferRegionConvertible], push: Push, threads: Int
  ) throws(Failure) {
    try dispatch(pipeline, regions, push: push, threads: SIMD3(threads, 1, 1))
  }

  /// Runs a shader in a given number of workgroups.
  public mutating func dispatch<Push: BitwiseCopyable>(
    _ pipeline: ComputePipeline, _ regions: [any BufferRegionConvertible], push: Push, groups: SIMD3<Int>
  ) throws(Failure) {
    let most = device.report.limits.workgroupCount
    for axis in 0..<3 where groups[axis] < 0 || groups[axis] > Int(most[axis]) {
      throw Failure(
        .library,
        "\(pipeline.name): \(groups.x)×\(groups.y)×\(groups.z) workgroups; at most \(most.x)×\(most.y)×\(most.z)")
    }
    guard groups.x > 0, groups.y > 0, groups.z > 0 else { return }
    try append(pipeline, regions, push, .groups(SIMD3<UInt32>(truncatingIfNeeded: groups)))
  }

  /// Runs a shader in as many workgroups as three 32-bit words in a buffer say when the command runs.
  ///
  /// The device's limit on workgroup counts is then the writer's duty.
  public mutating func dispatch<Push: BitwiseCopyable>(
    _ pipeline: ComputePipeline, _ regions: [any BufferRegionConvertible], push: Push,
    groupsIn size: any BufferRegionConvertible
  ) throws(Failure) {
    let size = size.region
    guard size.byteCount >= 12, size.offset % 4 == 0 else {
      throw Failure(.library, "\(pipeline.name): workgroup counts need 12 bytes at a multiple of 4")
    }
    try checkOwner(size)
    try append(pipeline, regions, push, .indirect(size))
  }

  /// Copies between buffers.
  /// - Throws: `.library` when the sizes differ or the two overlap.
  public mutating func copy(
    from source: any BufferRegionConvertible, to target: any BufferRegionConvertible
  ) throws(Failure) {
    let (source, target) = (source.region, target.region)
    guard source.byteCount == target.byteCount else {
      throw Failure(
        .library,
        "copy of \(source.byteCount) bytes of \(source.buffer.label) to \(target.byteCount) of \(target.buffer.label)")
    }
    guard source.buffer !== target.buffer || !source.range.overlaps(target.range) else {
      throw Failure(.library, "copy within \(source.buffer.label) overlaps itself")
    }
    try checkOwner(source)
    try checkOwner(target)
    commands.append(.copy(from: source, to: target))
  }

  /// Fills with a repeated 32-bit word.
  /// - Throws: `.library` when the region is not made of whole words; only a buffer's very end may be ragged.
  public mutating func fill(_ region: any BufferRegionConvertible, word: UInt32) throws(Failure) {
    let region = region.region
    let endsWhole = region.byteCount % 4 == 0 || region.range.upperBound == region.buffer.byteCount
    guard region.offset % 4 == 0, endsWhole else {
      throw Failure(.library, "fill of \(region.buffer.label): not whole 32-bit words")
    }
    try checkOwner(region)
    commands.append(.fill(region, word: word))
  }

  /// Ends a stretch of commands that is timed under a name; the first stretch starts with the list.
  public mutating func mark(_ name: String) { commands.append(.mark(name)) }

  private mutating func append<Push>(
    _ pipeline: ComputePipeline, _ regions: [any BufferRegionConvertible], _ push: Push, _ size: Size
  ) throws(Failure) {
    let regions = regions.map(\.region)
    try pipeline.check(regions, device)
    for region in regions { try checkOwner(region) }
    let bytes = withUnsafeBytes(of: push) { Array($0) }
    guard bytes.count == pipeline.interface.pushConstantByteCount else {
      throw Failure(
        .library,
        "\(pipeline.name): \(bytes.count) bytes of push constants; it takes \(pipeline.interface.pushConstantByteCount)"
      )
    }
    commands.append(.dispatch(Dispatch(pipeline: pipeline, regions: regions, push: bytes, size: size)))
  }

  private func checkOwner(_ region: BufferRegion) throws(Failure) {
    guard region.buffer.device === device else {
      throw Failure(.library, "\(region.buffer.label) belongs to another device")
    }
  }

  private static func groups(_ threads: Int, _ size: Int) -> Int {
    threads / size + (threads % size > 0 ? 1 : 0)
  }
}

extension ComputePipeline {
  /// Whether regions fit the shader's bindings, one each.
  fileprivate func check(_ regions: [BufferRegion], _ device: VulkanDevice) throws(Failure) {
    guard self.device === device else { throw Failure(.library, "\(name) belongs to another device") }
    guard regions.count == interface.bindings.count else {
      let numbers = interface.bindings.map { String($0.number) }.joined(separator: ", ")
      throw Failure(.library, "\(name): \(regions.count) buffers given; the shader uses bindings \(numbers)")
    }
    let limits = device.report.limits
    for (region, binding) in zip(regions, interface.bindings) {
      let what = "\(name): binding \(binding.number) (\(region.buffer.label))"
      guard region.offset % limits.bufferOffsetAlignment == 0 else {
        throw Failure(.library, "\(what) starts at \(region.offset), not a multiple of \(limits.bufferOffsetAlignment)")
      }
      let most = binding.isUniform ? limits.uniformBufferBytes : limits.storageBufferBytes
      guard region.byteCount <= most, region.byteCount >= binding.minimumByteCount else {
        throw Failure(
          .library, "\(what) is \(region.byteCount) bytes; the shader takes \(binding.minimumByteCount) to \(most)")
      }
    }
  }
}
