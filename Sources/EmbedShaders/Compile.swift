import Glibc

/// Compiles the shaders that changed since they were last compiled, one process a processor.
/// - Returns: The SPIR-V files, in the shaders' order.
func compile(
  _ shaders: [String], including includes: [String], glslc: String, includeFolder: String, workFolder: String
) -> [String] {
  // Includes are few and compiling is quick, so no finer dependency is kept; the tool itself holds the flags.
  let newestInput = (includes + ["/proc/self/exe", glslc]).map(modificationTime).max() ?? 0
  let binaries = shaders.map { "\(workFolder)/\(stem($0)).spv" }
  var waiting = zip(shaders, binaries).filter { modificationTime($1) <= max(newestInput, modificationTime($0)) }
  var running: [pid_t: String] = [:]
  var failed = false
  let processors = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  while !running.isEmpty || !(waiting.isEmpty || failed) {
    if !failed, running.count < processors, let (shader, binary) = waiting.popLast() {
      unlink(binary)
      running[spawn(glslc, flags(of: shader, includeFolder) + ["-o", binary, shader])] = binary
      continue
    }
    var status: Int32 = 0
    guard let binary = running.removeValue(forKey: wait(&status)) else { continue }
    // glslc has said what is wrong, with file and line.
    if status != 0 {
      unlink(binary)
      failed = true
    }
  }
  if failed { exit(1) }
  return binaries
}

/// A line `// glslc: FLAGS` at the head of a shader adds flags that win over the defaults, for the shaders that
/// spirv-opt breaks (`-O0`) or that need a later environment (`--target-env=vulkan1.3`).
private func flags(of shader: String, _ includeFolder: String) -> [String] {
  guard let bytes = readFile(shader) else { fail("\(shader): cannot be read") }
  let marker = "// glslc:"
  let extra = String(decoding: bytes, as: UTF8.self).split(separator: "\n").prefix(20)
    .filter { $0.hasPrefix(marker) }
    .flatMap { $0.dropFirst(marker.count).split(separator: " ").map(String.init) }
  return ["--target-env=vulkan1.1", "-O", "-Werror", "-I", includeFolder] + extra
}

private func spawn(_ program: String, _ arguments: [String]) -> pid_t {
  var pointers = ([program] + arguments).map { strdup($0) }
  pointers.append(nil)
  defer { for pointer in pointers { free(pointer) } }
  var process: pid_t = 0
  guard posix_spawn(&process, program, nil, nil, pointers, environ) == 0 else { fail("\(program): cannot be run") }
  return process
}

/// Seconds; 0 for a file that is not there.
private func modificationTime(_ path: String) -> Double {
  var status = stat()
  guard stat(path, &status) == 0 else { return 0 }
  return Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) * 1e-9
}

/// `/a/b/prefix_sum.comp` → `prefix_sum`.
func stem(_ path: String) -> Substring {
  let file = path.split(separator: "/").last ?? ""
  return file.prefix { $0 != "." }
}
