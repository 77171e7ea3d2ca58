import Glibc

func fail(_ message: String) -> Never {
  let line = Array("error: EmbedShaders: \(message)\n".utf8)
  _ = write(STDERR_FILENO, line, line.count)
  exit(1)
}

func readFile(_ path: String) -> [UInt8]? {
  guard let file = fopen(path, "rb") else { return nil }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var block = [UInt8](repeating: 0, count: 65536)
  while true {
    let count = fread(&block, 1, block.count, file)
    if count == 0 { return ferror(file) == 0 ? bytes : nil }
    bytes += block[..<count]
  }
}

func writeFile(_ path: String, _ text: String) -> Bool {
  guard let file = fopen(path, "wb") else { return false }
  let written = fputs(text, file)
  return fclose(file) == 0 && written >= 0
}
