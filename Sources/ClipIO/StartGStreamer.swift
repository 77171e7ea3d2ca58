import CGStreamerApp
import Glibc

/// Initialises GStreamer, once, so that it finds the element of the same build or installation as this program.
public func startGStreamer() { _ = start }

/// What a shell needs before `gst-launch-1.0`, so that it finds the same element: `GST_PLUGIN_PATH=FOLDER `; empty where
/// the user's own environment says it.
public var pluginPathForShell: String { ownPluginPath.map { "GST_PLUGIN_PATH=\(shellWord($0)) " } ?? "" }

private let start: Void = {
  if let ownPluginPath { setenv("GST_PLUGIN_PATH", ownPluginPath, 1) }
  // DirectFB's sink crashes where there is no display, and whatever picks a sink by rank tries it.
  setenv("GST_PLUGIN_FEATURE_RANK", "dfbvideosink:NONE", 0)
  gst_init(nil, nil)
}()

/// The user's GST_PLUGIN_PATH and this program's folder of plugins behind it; `nil` where that has none, or is in it.
private let ownPluginPath: String? = {
  // The plugin lies beside a program that was just built, and in lib beside bin of one that is installed.
  let program = programFolder()
  let folders = [program, program + "/../lib/gstreamer-1.0"]
  guard let folder = folders.first(where: { isRegularFile($0 + "/libgstexo2ego.so") }) else { return nil }
  guard let users = getenv("GST_PLUGIN_PATH").map({ String(cString: $0) }), !users.isEmpty else { return folder }
  return users.split(separator: ":").contains { $0 == folder } ? nil : users + ":" + folder
}()

private func programFolder() -> String {
  var buffer = [CChar](repeating: 0, count: 4096)
  let count = max(readlink("/proc/self/exe", &buffer, buffer.count), 0)
  let path = String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
}
