import Foundation
import PackagePlugin

/// Compiles `Shaders/<target>/*.comp` to SPIR-V and embeds the result in `<target>` as `enum Shaders`.
///
/// `.glsl` files anywhere under `Shaders/` can be included by their path from there.
@main
struct CompileShaders: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
    let root = context.package.directoryURL.appending(path: "Shaders")
    let shaders = files(under: root.appending(path: target.name), extension: "comp")
    guard !shaders.isEmpty else {
      Diagnostics.warning("\(target.name) uses CompileShaders, but Shaders/\(target.name) holds no .comp file")
      return []
    }
    guard let glslc = find("glslc") else {
      Diagnostics.error("glslc is not on the PATH: install the package glslc")
      return []
    }

    // One command, whose only declared output is Swift: SwiftPM would take SPIR-V files for resources, and give the
    // target a bundle and an import of Foundation. The tool keeps them and compiles only what changed.
    let work = context.pluginWorkDirectoryURL
    let output = work.appending(path: "Shaders.swift")
    let inputs = shaders + files(under: root, extension: "glsl")
    return [
      .buildCommand(
        displayName: "Compiling \(shaders.count) shaders of \(target.name)",
        executable: try context.tool(named: "EmbedShaders").url,
        arguments: [target.name, glslc.path(), root.path(), work.path(), output.path()] + inputs.map { $0.path() },
        inputFiles: inputs, outputFiles: [output])
    ]
  }

  /// The plugin API finds only the package's own tools and the Swift toolchain's.
  private func find(_ tool: String) -> URL? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return path.split(separator: ":").map { URL(filePath: "\($0)/\(tool)") }
      .first { FileManager.default.isExecutableFile(atPath: $0.path()) }
  }

  /// Sorted, so that the generated source does not depend on the order of the directory.
  private func files(under folder: URL, extension wanted: String) -> [URL] {
    let found = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects as? [URL] ?? []
    return found.filter { $0.pathExtension == wanted }.sorted { $0.path() < $1.path() }
  }
}
