import CGStreamerCheck
import Foundation
import Testing

/// Every test of the element: one after another, since each drives threads of its own.
@Suite(.serialized) struct Exo2EgoTests {}

/// GStreamer with nothing but the plugin under test, in a registry of its own, and a folder for models.
struct Setup {
  static let once = Setup()
  let folder: URL
  let plugin: URL
  /// Where the element looks for models first; a test that puts one there takes it away again.
  var models: URL { folder.appendingPathComponent("models") }

  private init() {
    let environment = ProcessInfo.processInfo.environment
    let built = environment["EGOSTREAM_PLUGIN_DIR"] ?? ".build/release"
    plugin = URL(fileURLWithPath: built).appendingPathComponent("libgstexo2ego.so").standardizedFileURL
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("exo2ego-tests-\(getpid())")
    let plugins = folder.appendingPathComponent("plugins")
    try? FileManager.default.createDirectory(at: plugins, withIntermediateDirectories: true)
    try? FileManager.default.createSymbolicLink(
      at: plugins.appendingPathComponent("libgstexo2ego.so"), withDestinationURL: plugin)
    setenv("EGOSTREAM_MODELS", models.path, 1)
    setenv("GST_PLUGIN_PATH", plugins.path, 1)
    setenv("GST_PLUGIN_SYSTEM_PATH", plugins.path, 1)
    setenv("GST_REGISTRY", folder.appendingPathComponent("registry").path, 1)
    setenv("GST_REGISTRY_FORK", "no", 1)
    gst_init(nil, nil)
    atexit { try? FileManager.default.removeItem(at: Setup.once.folder) }
  }

  /// A new bus, with GStreamer ready.
  static func newBus() -> UnsafeMutablePointer<GstBus> {
    _ = once
    return gst_bus_new()
  }

  /// Writes a file into the tests' temporary folder.
  static func write(_ text: String, to name: String) -> String {
    let url = once.folder.appendingPathComponent(name)
    try? text.write(to: url, atomically: true, encoding: .utf8)
    return url.path
  }
}

/// A scene in which the wearer looks through the exo camera: the ego picture is the exo picture.
struct Scene {
  var width = 64
  var height = 48
  var egoWidth = 64
  var egoHeight = 48
  var assumedMetres: Double?

  var json: String {
    let pose = "[[1,0,0,0],[0,1,0,0],[0,0,1,0]]"
    func camera(_ width: Int, _ height: Int) -> String {
      """
      {"model": "pinhole", "width": \(width), "height": \(height), "fx": 60, "fy": 60, "cx": \(Double(width) / 2),
      "cy": \(Double(height) / 2), "world_to_camera": \(pose)}
      """
    }
    let assumed = assumedMetres.map { ", \"assumed_metres\": \($0)" } ?? ""
    return """
      {"name": "test", "fps": 30, "frames": 1, "exo": \(camera(width, height)), "ego": \(camera(egoWidth, egoHeight)),
      "depth": {"unit": "millimetre", "kind": "z", "invalid": 0\(assumed)}}
      """
  }

  /// The path of the scene's document.
  var calibration: String {
    Setup.write(json, to: "scene-\(width)x\(height)-\(egoWidth)x\(egoHeight)-\(assumedMetres ?? 0).json")
  }
}
