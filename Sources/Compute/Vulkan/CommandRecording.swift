import CVulkan

/// A list of commands recorded once, to be run any number of times.
///
/// Running it allocates nothing, creates nothing and updates no descriptor: what changes between runs is what the host
/// writes into mapped buffers. Keeps every buffer and pipeline it uses alive. Recordings of one device run in the order
/// they are submitted, each after the one before.
public final class CommandRecording {
  public let device: VulkanDevice
  /// Names the recording in errors.
  public let label: String
  /// Barriers that were placed between commands.
  public let barrierCount: Int
  /// Submitted and not known to have finished.
  public private(set) var isPending = false

  private var hasFinished = false
  /// The last run was waited for as long as any may take.
  private var isGivenUp = false
  private let list: CommandList
  private let sets: DescriptorSets
  private let timestamps: TimestampQueries?
  private let buffer: CommandBuffer

  /// - Throws: `.library` or `.outOfMemory` when a driver call fails.
  public init(_ list: CommandList, label: String = "commands") throws(Failure) {
    device = list.device
    self.label = label
    self.list = list
    var dispatches: [CommandList.Dispatch] = []
    var marks: [String] = []
    for command in list.commands {
      switch command {
      case .dispatch(let dispatch): dispatches.append(dispatch)
      case .mark(let name): marks.append(name)
      case .copy, .fill: break
      }
    }
    sets = try DescriptorSets(device, dispatches)
    timestamps = try TimestampQueries.make(device, names: marks)
    buffer = try CommandBuffer(device, label)
    barrierCount = try CommandEncoder.encode(list, sets, timestamps, into: buffer)
    device.counters.recordings += 1
  }

  deinit {
    // What runs must not lose its buffers. Most drivers lose a hung device after a while, which ends the wait; not all do.
    guard isPending else { return }
    let patience = isGivenUp ? 0 : device.patienceNanoseconds
    if device.isAbandoned || end(within: patience) == VK_TIMEOUT { device.abandon(list) }
  }

  /// Starts the work. Waits first for its previous run, if that is still going on.
  /// - Throws: `.library` when the device was lost, or given up earlier.
  public func submit() throws(Failure) {
    if device.isAbandoned {
      throw Failure(
        .library,
        "\(label) on \(device.report.name): the device was given up, because earlier work on it did not end; start anew, "
          + "or use backend=cpu")
    }
    if isPending { try wait() }
    try check(buffer.submit(), "\(label) on \(device.report.name): vkQueueSubmit")
    isPending = true
    device.counters.submissions += 1
  }

  /// Waits for the last run; at once when there is none.
  /// - Parameter timeoutNanoseconds: `nil` for as long as any frame may take on such a device.
  /// - Throws: `.library` when it takes longer, after which it may be waited for again, or when the device was lost.
  public func wait(timeoutNanoseconds: UInt64? = nil) throws(Failure) {
    guard isPending else { return }
    let timeoutNanoseconds = timeoutNanoseconds ?? device.patienceNanoseconds
    var result = end(within: timeoutNanoseconds)
    if result == VK_SUCCESS && device.losesDeviceAtNextWait {
      device.losesDeviceAtNextWait = false
      result = VK_ERROR_DEVICE_LOST
    }
    isGivenUp = result == VK_TIMEOUT && timeoutNanoseconds >= device.patienceNanoseconds
    if result == VK_TIMEOUT {
      let seconds = Double(timeoutNanoseconds) / 1e9
      throw Failure(
        .library,
        "\(label) on \(device.report.name): not finished after \(seconds) s; the device hangs or is far too slow for this: "
          + "use another, or backend=cpu")
    }
    // Anything but a timeout ends the run: a lost device never finishes it.
    isPending = false
    try check(result, "\(label) on \(device.report.name): vkWaitForFences")
    hasFinished = true
  }

  /// Runs the work once, to its end.
  public func run(timeoutNanoseconds: UInt64? = nil) throws(Failure) {
    try submit()
    try wait(timeoutNanoseconds: timeoutNanoseconds)
  }

  private func end(within nanoseconds: UInt64) -> VkResult {
    device.hangs ? VK_TIMEOUT : buffer.wait(timeoutNanoseconds: nanoseconds)
  }

  /// How long each marked stretch of the last run took; empty without marks or where the device has no clock.
  /// - Throws: `.library` before the first run.
  public func timings() throws(Failure) -> [StretchTiming] {
    try wait()
    guard hasFinished else { throw Failure(.library, "\(label): timings were asked for before it ran") }
    return try timestamps?.read() ?? []
  }
}
