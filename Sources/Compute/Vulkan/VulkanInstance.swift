import CVulkan

/// A connection to the Vulkan loader and its drivers; lives as long as any device made from it.
final class VulkanInstance {
  static let validationLayer: StaticString = "VK_LAYER_KHRONOS_validation"

  let handle: VkInstance
  let functions: InstanceFunctions
  /// `nil` without the validation layer.
  let messages: ValidationMessages?
  private let library: VulkanLibrary
  private var messenger: VkDebugUtilsMessengerEXT?

  /// - Throws: `.deviceNotFound` without a loader or any driver; `.library` when a call fails or the validation layer is
  ///   asked for and not installed.
  init(_ options: VulkanOptions) throws(Failure) {
    library = try VulkanLibrary(name: options.libraryName)
    if options.validation && !Self.layerIsInstalled(library) {
      throw Failure(.library, "validation was asked for, but \(Self.validationLayer) is not installed")
    }
    messages = options.validation ? ValidationMessages() : nil
    let made = try Self.create(library, messages)
    handle = made
    do {
      functions = try InstanceFunctions(library, made)
    } catch {
      // No `deinit` follows while a property is still to be set.
      if let destroy: PFN_vkDestroyInstance = try? library.load("vkDestroyInstance", made) { destroy(made, nil) }
      throw error
    }
    if let messages {
      let createMessenger: PFN_vkCreateDebugUtilsMessengerEXT = try library.load(
        "vkCreateDebugUtilsMessengerEXT", handle)
      var info = messengerCreateInfo(messages)
      try check(createMessenger(handle, &info, nil, &messenger), "vkCreateDebugUtilsMessengerEXT")
    }
  }

  deinit {
    if let messenger,
      let destroy: PFN_vkDestroyDebugUtilsMessengerEXT = try? library.load("vkDestroyDebugUtilsMessengerEXT", handle)
    {
      destroy(handle, messenger, nil)
    }
    functions.destroyInstance(handle, nil)
  }

  /// Every physical device of every driver, in the loader's order.
  /// - Throws: `.library` or `.outOfMemory` when no driver starts.
  func physicalDevices() throws(Failure) -> [VkPhysicalDevice] {
    var result = VK_SUCCESS
    let devices = list(empty: nil as VkPhysicalDevice?) {
      result = functions.enumeratePhysicalDevices(handle, $0, $1)
      return result
    }
    if result != VK_INCOMPLETE { try check(result, "vkEnumeratePhysicalDevices") }
    return devices.compactMap { $0 }
  }

  /// Whether the Khronos validation layer is installed; false without a loader.
  static func layerIsInstalled(_ library: VulkanLibrary) -> Bool {
    let name = "vkEnumerateInstanceLayerProperties"
    guard let enumerate: PFN_vkEnumerateInstanceLayerProperties = try? library.load(name, nil) else { return false }
    let layers = list(empty: VkLayerProperties()) { enumerate($0, $1) }
    return layers.contains { string($0.layerName) == validationLayer.description }
  }

  private static func create(_ library: VulkanLibrary, _ messages: ValidationMessages?) throws(Failure) -> VkInstance {
    let create: PFN_vkCreateInstance = try library.load("vkCreateInstance", nil)
    var application = VkApplicationInfo()
    application.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO
    // The highest that is made use of; drivers of any version from 1.1 on are taken.
    application.apiVersion = vulkan1_3
    var handle: VkInstance?
    // Synchronisation validation is off unless asked for, and it is what finds a missing barrier.
    var synchronisation = VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT
    var features = VkValidationFeaturesEXT()
    features.sType = VK_STRUCTURE_TYPE_VALIDATION_FEATURES_EXT
    features.enabledValidationFeatureCount = 1

    let result = withCStrings(messages == nil ? [] : [validationLayer]) { layers in
      withCStrings(messages == nil ? [] : ["VK_EXT_debug_utils", "VK_EXT_validation_features"]) { extensions in
        withUnsafePointer(to: &application) { application in
          withUnsafePointer(to: &synchronisation) { synchronisation in
            features.pEnabledValidationFeatures = synchronisation
            return withUnsafePointer(to: &features) { features in
              var info = VkInstanceCreateInfo()
              info.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO
              info.pNext = messages == nil ? nil : UnsafeRawPointer(features)
              info.pApplicationInfo = application
              info.enabledLayerCount = UInt32(layers.count)
              info.ppEnabledLayerNames = layers.baseAddress
              info.enabledExtensionCount = UInt32(extensions.count)
              info.ppEnabledExtensionNames = extensions.baseAddress
              return create(&info, nil, &handle)
            }
          }
        }
      }
    }
    if result == VK_ERROR_INCOMPATIBLE_DRIVER {
      throw Failure(.deviceNotFound, "no Vulkan driver is installed: install the driver of your GPU, or use the CPU")
    }
    try check(result, "vkCreateInstance")
    guard let handle else { throw Failure(.library, "vkCreateInstance: succeeded without an instance") }
    return handle
  }
}

/// The version everything here is written for: subgroups, 16-bit storage and `…2` queries are core in it.
let vulkan1_1: UInt32 = 1 << 22 | 1 << 12
/// With this one subgroup size control is core.
let vulkan1_3: UInt32 = 1 << 22 | 3 << 12

/// C strings that stay valid during `body`.
func withCStrings<Result>(
  _ strings: [StaticString], _ body: (UnsafeBufferPointer<UnsafePointer<CChar>?>) -> Result
) -> Result {
  // A static string is null-terminated and lives for ever, so its pointer needs no scope.
  let pointers = strings.map { Optional(UnsafeRawPointer($0.utf8Start).assumingMemoryBound(to: CChar.self)) }
  return pointers.withUnsafeBufferPointer(body)
}
