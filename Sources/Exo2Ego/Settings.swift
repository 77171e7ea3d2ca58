import CExo2Ego
import CGStreamer
import EgoStream

/// The element's writable properties.
struct Settings: Equatable, Sendable {
  var calibration: String?
  var pose = ""
  var backend = GST_EXO2EGO_BACKEND_AUTO
  var device = ""
  var model = ModelLibrary.automatic
  /// 0 for as many as the model was made for.
  var steps: UInt32 = 0
  var modelInterval: UInt32 = 1
  var fill = GST_EXO2EGO_FILL_PUSH_PULL
  var align = GST_EXO2EGO_ALIGN_WEARER
  var voxelSizeMetres: Float = GST_EXO2EGO_VOXEL_SIZE_DEFAULT
  var mapCapacity = UInt32(GST_EXO2EGO_MAP_CAPACITY_DEFAULT)
  var maximumLagNanoseconds = UInt64(GST_EXO2EGO_MAX_LAG_DEFAULT)
  var onLag = GST_EXO2EGO_ON_LAG_DROP

  /// - Parameter model: The folder of the model that `model` stands for; empty for none.
  func sessionConfiguration(model: String) -> EgoSession.Configuration {
    var configuration = EgoSession.Configuration()
    switch backend {
    case GST_EXO2EGO_BACKEND_VULKAN: configuration.backend = .vulkan
    case GST_EXO2EGO_BACKEND_CPU: configuration.backend = .cpu
    default: configuration.backend = .auto
    }
    configuration.device = device
    configuration.fill = fill == GST_EXO2EGO_FILL_NONE ? .none : .pushPull
    configuration.alignment = align == GST_EXO2EGO_ALIGN_NONE ? .none : .wearer
    configuration.voxelSizeMetres = voxelSizeMetres
    configuration.mapCapacity = Int(mapCapacity)
    configuration.model = model
    configuration.steps = steps == 0 ? nil : Int(steps)
    configuration.modelInterval = Int(modelInterval)
    return configuration
  }

  /// - Returns: `false` for a property that there is not.
  mutating func set(_ property: GstExo2EgoProperty, to value: UnsafePointer<GValue>) -> Bool {
    func text() -> String { g_value_get_string(value).map { String(cString: $0) } ?? "" }
    switch property {
    case GST_EXO2EGO_PROPERTY_CALIBRATION: calibration = g_value_get_string(value).map { String(cString: $0) }
    case GST_EXO2EGO_PROPERTY_POSE: pose = text()
    case GST_EXO2EGO_PROPERTY_BACKEND: backend = GstExo2EgoBackend(UInt32(truncatingIfNeeded: g_value_get_enum(value)))
    case GST_EXO2EGO_PROPERTY_DEVICE: device = text()
    case GST_EXO2EGO_PROPERTY_MODEL: model = text()
    case GST_EXO2EGO_PROPERTY_STEPS: steps = g_value_get_uint(value)
    case GST_EXO2EGO_PROPERTY_MODEL_INTERVAL: modelInterval = g_value_get_uint(value)
    case GST_EXO2EGO_PROPERTY_FILL: fill = GstExo2EgoFill(UInt32(truncatingIfNeeded: g_value_get_enum(value)))
    case GST_EXO2EGO_PROPERTY_ALIGN: align = GstExo2EgoAlign(UInt32(truncatingIfNeeded: g_value_get_enum(value)))
    case GST_EXO2EGO_PROPERTY_VOXEL_SIZE: voxelSizeMetres = g_value_get_float(value)
    case GST_EXO2EGO_PROPERTY_MAP_CAPACITY: mapCapacity = g_value_get_uint(value)
    case GST_EXO2EGO_PROPERTY_MAX_LAG: maximumLagNanoseconds = UInt64(g_value_get_uint64(value))
    case GST_EXO2EGO_PROPERTY_ON_LAG: onLag = GstExo2EgoOnLag(UInt32(truncatingIfNeeded: g_value_get_enum(value)))
    default: return false
    }
    return true
  }

  /// - Returns: `false` for a property that there is not.
  func get(_ property: GstExo2EgoProperty, into value: UnsafeMutablePointer<GValue>) -> Bool {
    switch property {
    case GST_EXO2EGO_PROPERTY_CALIBRATION: g_value_set_string(value, calibration)
    case GST_EXO2EGO_PROPERTY_POSE: g_value_set_string(value, pose)
    case GST_EXO2EGO_PROPERTY_BACKEND: g_value_set_enum(value, Int32(backend.rawValue))
    case GST_EXO2EGO_PROPERTY_DEVICE: g_value_set_string(value, device)
    case GST_EXO2EGO_PROPERTY_MODEL: g_value_set_string(value, model)
    case GST_EXO2EGO_PROPERTY_STEPS: g_value_set_uint(value, steps)
    case GST_EXO2EGO_PROPERTY_MODEL_INTERVAL: g_value_set_uint(value, modelInterval)
    case GST_EXO2EGO_PROPERTY_FILL: g_value_set_enum(value, Int32(fill.rawValue))
    case GST_EXO2EGO_PROPERTY_ALIGN: g_value_set_enum(value, Int32(align.rawValue))
    case GST_EXO2EGO_PROPERTY_VOXEL_SIZE: g_value_set_float(value, voxelSizeMetres)
    case GST_EXO2EGO_PROPERTY_MAP_CAPACITY: g_value_set_uint(value, mapCapacity)
    case GST_EXO2EGO_PROPERTY_MAX_LAG: g_value_set_uint64(value, numericCast(maximumLagNanoseconds))
    case GST_EXO2EGO_PROPERTY_ON_LAG: g_value_set_enum(value, Int32(onLag.rawValue))
    default: return false
    }
    return true
  }
}
