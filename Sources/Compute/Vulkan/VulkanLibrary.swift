import CVulkan
import Glibc

/// The Vulkan loader, opened at run time so that a machine without one still runs on its CPU.
///
/// Never closed: drivers leave thread-local destructors behind, which would run in unmapped code afterwards. Opening the
/// library again only raises its reference count.
struct VulkanLibrary {
  let getInstanceProcAddr: PFN_vkGetInstanceProcAddr

  /// - Throws: `.deviceNotFound` when there is no such library or it is no Vulkan loader.
  init(name: String) throws(Failure) {
    guard let handle = dlopen(name, RTLD_NOW | RTLD_LOCAL) else {
      let why = dlerror().map { String(cString: $0) } ?? "unknown reason"
      throw Failure(
        .deviceNotFound, "no Vulkan loader (\(why)): install libvulkan1 and the driver of your GPU, or use the CPU")
    }
    guard let symbol = dlsym(handle, "vkGetInstanceProcAddr") else {
      throw Failure(.deviceNotFound, "\(name) is no Vulkan loader: it has no vkGetInstanceProcAddr")
    }
    getInstanceProcAddr = unsafeBitCast(symbol, to: PFN_vkGetInstanceProcAddr.self)
  }

  /// A function by name; `instance` is `nil` for the few that work without one.
  func load<Function>(_ name: String, _ instance: VkInstance?) throws(Failure) -> Function {
    guard let address = getInstanceProcAddr(instance, name) else {
      throw Failure(.library, "the Vulkan loader has no \(name): it is older than Vulkan 1.1, update it")
    }
    // Sound because every caller names a function beside its own PFN type; the table is the only place that does.
    return unsafeBitCast(address, to: Function.self)
  }
}
