/// A value as it stands in a launch line, quoted where it must be so that any path survives.
public func launchQuoted(_ value: String) -> String {
  if !value.isEmpty, value.allSatisfy(isPlain) { return value }
  var out = "\""
  for character in value {
    if character == "\"" || character == "\\" { out.append("\\") }
    out.append(character)
  }
  return out + "\""
}

/// A launch line as words of a shell: what `gst-launch-1.0` takes on its command line.
///
/// The line's own quotes stay inside those of the shell: gst-launch puts its arguments together to a line again.
public func shellWords(_ line: String) -> String {
  var words: [String] = []
  var word = ""
  var isQuoted = false
  var isEscaped = false
  for character in line {
    if character == " ", !isQuoted {
      if !word.isEmpty { words.append(word) }
      word = ""
      continue
    }
    if character == "\"", !isEscaped { isQuoted.toggle() }
    isEscaped = character == "\\" && !isEscaped
    word.append(character)
  }
  if !word.isEmpty { words.append(word) }
  return words.map { $0 == "!" ? $0 : shellWord($0) }.joined(separator: " ")
}

/// A word as a shell takes it, quoted where it must be.
func shellWord(_ word: String) -> String {
  word.allSatisfy(isPlain) ? word : "'" + escapedForSingleQuotes(word) + "'"
}

private func escapedForSingleQuotes(_ word: String) -> String {
  word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
}

/// Characters that mean nothing but themselves, to GStreamer and to a shell.
private func isPlain(_ character: Character) -> Bool {
  character.isASCII && (character.isLetter || character.isNumber || "_./:=,-+@%".contains(character))
}
