import CVulkan

/// - Throws: `.library`, or `.outOfMemory`, naming the call and the result, for anything but success.
func check(_ result: VkResult, _ call: @autoclosure () -> String) throws(Failure) {
  guard result != VK_SUCCESS else { return }
  switch result {
  case VK_ERROR_OUT_OF_HOST_MEMORY, VK_ERROR_OUT_OF_DEVICE_MEMORY, VK_ERROR_OUT_OF_POOL_MEMORY,
    VK_ERROR_FRAGMENTED_POOL, VK_ERROR_MEMORY_MAP_FAILED:
    throw Failure(.outOfMemory, "\(call()): \(result.words)")
  default:
    throw Failure(.library, "\(call()): \(result.words)")
  }
}

extension VkResult {
  /// For messages: what happened, and the constant's name to search for.
  var words: String {
    switch self {
    case VK_ERROR_OUT_OF_HOST_MEMORY: "out of host memory (VK_ERROR_OUT_OF_HOST_MEMORY)"
    case VK_ERROR_OUT_OF_DEVICE_MEMORY: "out of device memory (VK_ERROR_OUT_OF_DEVICE_MEMORY)"
    case VK_ERROR_OUT_OF_POOL_MEMORY: "out of memory for descriptors (VK_ERROR_OUT_OF_POOL_MEMORY)"
    case VK_ERROR_FRAGMENTED_POOL: "out of room for descriptors (VK_ERROR_FRAGMENTED_POOL)"
    case VK_ERROR_MEMORY_MAP_FAILED: "memory could not be mapped: too little is free (VK_ERROR_MEMORY_MAP_FAILED)"
    case VK_ERROR_DEVICE_LOST:
      "the device was lost: the driver reset it or it was unplugged; start anew, and update the driver if it happens again "
        + "(VK_ERROR_DEVICE_LOST)"
    case VK_ERROR_UNKNOWN:
      "the driver failed and does not say why; update it, or use another device or backend=cpu (VK_ERROR_UNKNOWN)"
    case VK_ERROR_INITIALIZATION_FAILED: "initialisation failed (VK_ERROR_INITIALIZATION_FAILED)"
    case VK_ERROR_LAYER_NOT_PRESENT: "a layer is not installed (VK_ERROR_LAYER_NOT_PRESENT)"
    case VK_ERROR_EXTENSION_NOT_PRESENT: "an extension is missing (VK_ERROR_EXTENSION_NOT_PRESENT)"
    case VK_ERROR_FEATURE_NOT_PRESENT: "a feature is missing (VK_ERROR_FEATURE_NOT_PRESENT)"
    case VK_ERROR_INCOMPATIBLE_DRIVER: "no usable driver is installed (VK_ERROR_INCOMPATIBLE_DRIVER)"
    case VK_ERROR_TOO_MANY_OBJECTS: "too many objects (VK_ERROR_TOO_MANY_OBJECTS)"
    case VK_TIMEOUT: "not finished in time (VK_TIMEOUT)"
    default: "VkResult \(rawValue)"
    }
  }
}

/// `1610612736` as `1.50 GiB`.
func inWords(bytes: UInt64) -> String {
  for (unit, shift) in [("GiB", 30), ("MiB", 20), ("KiB", 10)] as [(String, UInt64)] where bytes >> shift > 0 {
    let hundredths = ((bytes >> (shift - 10)) * 100) >> 10
    let fraction = hundredths % 100
    return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) \(unit)"
  }
  return "\(bytes) bytes"
}

/// A C character array inside an imported struct, as text.
func string<Characters>(_ characters: Characters) -> String {
  withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}

/// Vulkan's two-call listing: the first asks how many, the second fills; a list that grew in between is cut short.
func list<Element>(
  empty: Element, _ call: (UnsafeMutablePointer<UInt32>, UnsafeMutablePointer<Element>?) -> VkResult
) -> [Element] {
  var count: UInt32 = 0
  guard call(&count, nil) == VK_SUCCESS, count > 0 else { return [] }
  var elements = [Element](repeating: empty, count: Int(count))
  let result = elements.withUnsafeMutableBufferPointer { call(&count, $0.baseAddress) }
  guard result == VK_SUCCESS || result == VK_INCOMPLETE else { return [] }
  return Array(elements.prefix(Int(count)))
}
