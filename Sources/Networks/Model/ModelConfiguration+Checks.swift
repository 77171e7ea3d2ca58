import Compute

extension ModelConfiguration {
  /// Checks every value, and those that must fit each other.
  /// - Throws: `.model` naming the key, its value and what was expected.
  public func check() throws(Failure) {
    guard format == ModelConfiguration.expectedFormat else {
      throw refusal("format", format, "\(ModelConfiguration.expectedFormat)")
    }
    guard version == ModelConfiguration.expectedVersion else {
      throw refusal("version", version, "\(ModelConfiguration.expectedVersion); a newer egostream may read it")
    }
    guard !name.isEmpty, name.utf8.count <= 200 else { throw refusal("name", name, "1 to 200 characters") }
    try codec.check()
    try transformer.check()
    try attention.check()
    try sampler.check()
    try checkPictures()
    try checkChannels()
    try checkChunk()
    guard geometryBias.scale.isFinite, (0...100).contains(geometryBias.scale) else {
      throw refusal("geometry_bias.scale", geometryBias.scale, "0 to 100")
    }
    for (file, hash) in sha256 ?? [:] {
      try checkFileName(file, "a file of sha256")
      guard hash.utf8.count == 64, hash.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) else {
        throw refusal("sha256.\(file)", hash, "64 lower-case hexadecimal digits")
      }
    }
  }

  private func checkPictures() throws(Failure) {
    for (key, size) in [("exo", exo), ("ego", ego)] {
      let unit = (codec.pixelsPerLatent * transformer.patchSize[1], codec.pixelsPerLatent * transformer.patchSize[2])
      try require("\(key).height", size.height, unit.0...8192, multipleOf: unit.0)
      try require("\(key).width", size.width, unit.1...8192, multipleOf: unit.1)
    }
  }

  /// What is held of a chunk is limited, and so are places in the cache, which are counted in 32 bits.
  private func checkChunk() throws(Failure) {
    let frames = attention.newLatentFrames * codec.framesPerLatent
    guard frames <= 256 else {
      throw refusal("attention", "\(frames) frames a chunk", "at most 256: fewer latent frames, or smaller time scales")
    }
    let tokens = exoTokens.rows * exoTokens.columns + egoTokens.rows * egoTokens.columns
    guard tokens * attention.seenLatentFrames <= Int(Int32.max) else {
      throw refusal(
        "attention", "\(attention.seenLatentFrames) latent frames of \(tokens) tokens", "at most \(Int32.max) tokens")
    }
  }

  private func checkChannels() throws(Failure) {
    try require("conditioning.mask_channels", conditioning.maskChannels, 0...64)
    guard [0, codec.framesPerLatent].contains(conditioning.coverageChannels) else {
      throw refusal(
        "conditioning.coverage_channels", conditioning.coverageChannels,
        "\(codec.framesPerLatent), the frames of a latent, or 0")
    }
    guard transformer.outputChannels == codec.latentChannels else {
      throw refusal(
        "transformer.out_channels", transformer.outputChannels, "\(codec.latentChannels), as codec.latent_channels")
    }
    let wanted = 2 * codec.latentChannels + conditioning.maskChannels + conditioning.coverageChannels
    guard transformer.inputChannels == wanted else {
      throw refusal(
        "transformer.in_channels", transformer.inputChannels,
        "\(wanted): latent \(codec.latentChannels), mask \(conditioning.maskChannels), condition "
          + "\(codec.latentChannels), coverage \(conditioning.coverageChannels)")
    }
  }
}

func refusal(_ key: String, _ value: some Any, _ expected: String) -> Failure {
  Failure(.model, "\(key) is \(value); expected \(expected)")
}

func require(
  _ key: String, _ value: Int, _ range: ClosedRange<Int>, multipleOf unit: Int = 1
) throws(Failure) {
  guard range.contains(value), value % unit == 0 else {
    let steps = unit > 1 ? ", a multiple of \(unit)" : ""
    throw refusal(key, value, "\(range.lowerBound) to \(range.upperBound)\(steps)")
  }
}

func require(_ key: String, _ values: [Int], count: Int, _ range: ClosedRange<Int>) throws(Failure) {
  guard values.count == count, values.allSatisfy(range.contains) else {
    throw refusal(key, values, "\(count) numbers of \(range.lowerBound) to \(range.upperBound)")
  }
}

/// A document may name files of its own folder only.
func checkFileName(_ name: String, _ key: String) throws(Failure) {
  guard !name.isEmpty, name.utf8.count <= 255, !name.utf8.contains(where: { $0 == 47 || $0 < 32 }), name != ".",
    name != ".."
  else { throw refusal(key, "\"\(name)\"", "the name of a file in the model folder, without a path") }
}
