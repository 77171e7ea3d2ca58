import CVulkan
import Glibc
import Synchronization

/// What the validation layer complained of: told on standard error, and collected so that tests can assert there was nothing.
///
/// Outlives its instance when kept: leaks are reported only as the device is destroyed. Safe from any thread, since
/// drivers report from their own.
public final class ValidationMessages: Sendable {
  private let collected = Mutex<[String]>([])

  /// What is wrong is mostly so in every frame.
  static let most = 1000

  /// Warnings and errors so far, oldest first; the first thousand.
  public var all: [String] { collected.withLock { $0 } }

  func append(_ message: String) {
    let count = collected.withLock { collected in
      if collected.count < Self.most { collected.append(message) }
      return collected.count
    }
    if count < Self.most { print(message) }
  }

  private func print(_ message: String) {
    let line = Array("Vulkan validation: \(message)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
  }
}

/// The messenger that reports to `messages`, which must outlive it.
func messengerCreateInfo(_ messages: ValidationMessages) -> VkDebugUtilsMessengerCreateInfoEXT {
  var info = VkDebugUtilsMessengerCreateInfoEXT()
  info.sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT
  info.messageSeverity =
    VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT.rawValue | VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT.rawValue
  info.messageType =
    VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT.rawValue | VK_DEBUG_UTILS_MESSAGE_TYPE_PERFORMANCE_BIT_EXT.rawValue
  info.pUserData = Unmanaged.passUnretained(messages).toOpaque()
  info.pfnUserCallback = { _, _, data, user in
    if let user, let text = data?.pointee.pMessage {
      Unmanaged<ValidationMessages>.fromOpaque(user).takeUnretainedValue().append(String(cString: text))
    }
    // False: the call that was complained of goes on, as it would without the layer.
    return VkBool32(VK_FALSE)
  }
  return info
}
