/// A recorded copy between a state and memory that the host reaches.
struct StateCopy {
  struct Key: Hashable {
    let state: String
    /// Whether the host writes the state; else it reads it.
    let isUpload: Bool
  }

  let staging: VulkanBuffer
  let recording: CommandRecording

  /// - Throws: `.outOfMemory`.
  init(_ device: VulkanDevice, _ key: Key, _ region: BufferRegion) throws(Failure) {
    staging = try VulkanBuffer(
      device, byteCount: region.byteCount, key.isUpload ? .upload : .download, label: "copy of state \(key.state)")
    var list = CommandList(device)
    if key.isUpload {
      try list.copy(from: staging, to: region)
    } else {
      try list.copy(from: region, to: staging)
    }
    recording = try CommandRecording(
      list, label: "\(key.isUpload ? "writing" : "reading") state \(key.state)")
  }
}
