import Foundation

/// The element in a `gst-launch-1.0` of its own.
enum GStreamerProcess {
  /// Runs a launch line to its end.
  /// - Parameter copiesPlugin: Whether the plugin lies in a folder far from any models, where a link would lead to its build's.
  static func launch(
    _ line: String, copiesPlugin: Bool = false, environment: [String: String] = [:]
  ) throws -> (status: Int32, output: String) {
    let id = UUID().uuidString
    let plugins = Setup.once.folder.appendingPathComponent("process-plugins-\(id)")
    try FileManager.default.createDirectory(at: plugins, withIntermediateDirectories: true)
    let plugin = plugins.appendingPathComponent("libgstexo2ego.so")
    if copiesPlugin {
      try FileManager.default.copyItem(at: Setup.once.plugin.resolvingSymlinksInPath(), to: plugin)
    } else {
      try FileManager.default.createSymbolicLink(at: plugin, withDestinationURL: Setup.once.plugin)
    }
    let system = "/usr/lib/x86_64-linux-gnu/gstreamer-1.0"
    for name in ["libgstcoreelements.so", "libgstvideotestsrc.so", "libgstcoretracers.so"] {
      try FileManager.default.createSymbolicLink(
        atPath: plugins.appendingPathComponent(name).path, withDestinationPath: "\(system)/\(name)")
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/gst-launch-1.0")
    process.arguments = line.split(separator: " ").map(String.init)
    process.environment = ProcessInfo.processInfo.environment.merging([
      "GST_PLUGIN_PATH": plugins.path, "GST_PLUGIN_SYSTEM_PATH": plugins.path,
      "GST_REGISTRY": Setup.once.folder.appendingPathComponent("process-registry-\(id)").path,
    ]) { _, own in own }.merging(environment) { _, own in own }
    let pipe = Pipe()
    process.standardError = pipe
    process.standardOutput = pipe
    try process.run()
    // By its number, so that nothing else is ever stopped.
    let guardian = DispatchWorkItem { [process] in if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
    DispatchQueue.global().asyncAfter(deadline: .now() + 60, execute: guardian)
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guardian.cancel()
    return (process.terminationStatus, output)
  }
}
