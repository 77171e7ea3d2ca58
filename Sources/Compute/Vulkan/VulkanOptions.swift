import Glibc

/// What a program, an environment or a test may decide about how Vulkan is used.
public struct VulkanOptions: Sendable {
  /// File name or path of the Vulkan loader; `EGOSTREAM_VULKAN_LIBRARY` overrides the usual `libvulkan.so.1`.
  public var libraryName: String
  /// Whether to run under the Khronos validation layer with synchronisation validation: slow, and an error when the
  /// layer is not installed. On when `EGOSTREAM_VULKAN_VALIDATION=1`.
  public var validation: Bool
  /// Absolute path of the folder for compiled pipelines; `nil` keeps none. `$XDG_CACHE_HOME/egostream`, else `~/.cache/egostream`.
  public var cacheFolder: String?

  /// The defaults, with the environment taken into account.
  public init() {
    libraryName = environment("EGOSTREAM_VULKAN_LIBRARY") ?? "libvulkan.so.1"
    validation = environment("EGOSTREAM_VULKAN_VALIDATION") == "1"
    if let cache = environment("XDG_CACHE_HOME"), cache.hasPrefix("/") {
      cacheFolder = cache + "/egostream"
    } else if let home = environment("HOME"), home.hasPrefix("/") {
      cacheFolder = home + "/.cache/egostream"
    }
  }
}

/// A variable that is set and not empty.
func environment(_ name: String) -> String? {
  guard let value = getenv(name), value.pointee != 0 else { return nil }
  return String(cString: value)
}
