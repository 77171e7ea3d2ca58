import CGStreamerApp
import Glibc

/// Initialises GStreamer, once, so that it finds the element of the same build or installation as this program.
public func startGStreamer() { _ = start }

private let start: Void = {
  // The plugin lies beside a program that was just built, and in lib beside bin of one that is installed.
  let program = programFolder()
  let folders = [program, program + "/../lib/gstreamer-1.0"]
  if let folder = folders.first(where: { isRegularFile($0 + "/libgstexo2ego.so") }) {
    let earlier = getenv("GST_PLUGIN_PATH").map { String(cString: $0) + ":" } ?? ""
    setenv("GST_PLUGIN_PATH", earlier + folder, 1)
  }
  // DirectFB's sink crashes where there is no display, and whatever picks a sink by rank tries it.
  setenv("GST_PLUGIN_FEATURE_RANK", "dfbvideosink:NONE", 0)
  gst_init(nil, nil)
}()

private func programFolder() -> String {
  var buffer = [CChar](repeating: 0, count: 4096)
  let count = max(readlink("/proc/self/exe", &buffer, buffer.count), 0)
  let path = String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
}
