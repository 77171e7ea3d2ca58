/// What our shaders take of any device: one that has less is told apart before anything is built on it.
///
/// Tests hold these numbers against what the embedded shaders declare. Shaders for matrix units are not counted: a tile that
/// fits is looked for, and the plain path taken where there is none.
package enum DeviceRequirements {
  /// Of one shader: fuse.comp has the most.
  package static let storageBuffers = 12
  package static let workgroupInvocations = 256
  /// Of one workgroup: attention.comp has the most.
  package static let sharedMemoryBytes = 29_696

  /// The shaders of this module, for those tests.
  package static var shaders: [Shader] { Shaders.all }

  /// - Returns: What a device lacks, in words; `nil` when it has enough of everything.
  package static func unmet(_ limits: VulkanDeviceReport.Limits) -> String? {
    if limits.storageBuffersPerPipeline < storageBuffers {
      return "\(storageBuffers) storage buffers a shader are needed, it has \(limits.storageBuffersPerPipeline)"
    }
    let invocations = min(limits.workgroupInvocations, Int(limits.workgroupSize.x))
    if invocations < workgroupInvocations {
      return "\(workgroupInvocations) invocations a workgroup are needed, it has \(invocations)"
    }
    if limits.sharedMemoryBytes < sharedMemoryBytes {
      return "\(sharedMemoryBytes) bytes of shared memory are needed, it has \(limits.sharedMemoryBytes)"
    }
    return nil
  }
}
