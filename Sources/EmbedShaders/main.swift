// Build-time helper of the CompileShaders plugin:
//   EmbedShaders MODULE GLSLC INCLUDE-FOLDER WORK-FOLDER OUTPUT.swift FILE…
// where FILE is a shader (.comp) or something shaders include (.glsl).
import Glibc

let arguments = CommandLine.arguments
guard arguments.count > 6 else { fail("usage: EmbedShaders MODULE GLSLC INCLUDES WORK OUTPUT FILE…") }
let shaders = arguments[6...].filter { $0.hasSuffix(".comp") }
let includes = arguments[6...].filter { !$0.hasSuffix(".comp") }
let binaries = compile(
  shaders, including: includes, glslc: arguments[2], includeFolder: arguments[3], workFolder: arguments[4])
embed(module: arguments[1], output: arguments[5], binaries: binaries)
