import FoundationEssentials
import Testing

/// Models on the command line: what they take, and what is wrong with them.
struct ModelCommandTests {
  @Test func aNamedModelIsPlannedWithoutItsWeights() throws {
    let result = try Tool("egostream").run("model", "wan2.1-1.3b", "--backend", "cpu")
    #expect(result.status == 0)
    for part in [
      "transformer 1.4 billion, codec 11.3 million", "3 latent frames = 12 video frames", "denoise: ", " × 4\n",
      "cache of keys", "the CPU: ",
    ] { #expect(result.output.contains(part), "\(result.output)") }
  }

  @Test func whatIsNoModelIsNamed() throws {
    let result = try Tool("egostream").run("model", "/nowhere/model")
    #expect(result.status == 1)
    #expect(result.errors.contains("model /nowhere/model: no such folder"))
    for arguments in [
      ["model", "ego-nowhere"],
      [
        "run", "--input", "test", "--calibration", Tool.root + "/pipelines/webcam.json", "--output", "none", "--model",
        "ego-nowhere",
      ],
    ] {
      let result = try Tool("egostream").start(arguments).wait()
      #expect(result.status == 1)
      #expect(result.errors.contains("model ego-nowhere is not installed: looked in "), "\(result.errors)")
      #expect(result.errors.contains(Tool.root + "/Models"), "\(result.errors)")
    }
  }

  @Test func aPlanIsJSONAndTakesNoTime() throws {
    let result = try Tool("egobench").run("model", "--config", "wan2.1-14b-i2v", "--random-weights", "--plan", "--half")
    #expect(result.status == 0)
    for part in ["\"gigaflop_a_chunk\" : ", "\"transformer_weights\" : ", "\"video_frames\" : 24"] {
      #expect(result.output.contains(part), "\(result.output)")
    }
    let wrong = try Tool("egobench").run("model", "--config", "wan2.1-14x", "--plan")
    #expect(wrong.status == 1)
    #expect(wrong.errors.contains("wan2.1-14x"))
  }

  @Test func convertNamesWhatIsMissing() throws {
    let out = TemporaryFile.name("model")
    let result = try Tool("egostream").run(
      "convert", "--wan", "/nowhere/wan", "--codec", "/nowhere/codec.safetensors", "--out", out)
    #expect(result.status == 1)
    #expect(result.errors.contains("/nowhere/wan/config.json"))
    let weight = try Tool("egostream").run(
      "convert", "--wan", "x", "--codec", "y", "--lora", "z:nan", "--out", out)
    #expect(weight.status == 1)
    #expect(weight.errors.contains("--lora z:nan"))
  }

  @Test func convertKeepsWhatItReads() throws {
    let folder = TemporaryFile.name("convert")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let codec = folder + "/codec.safetensors"
    try "tensors".write(toFile: codec, atomically: false, encoding: .utf8)
    let result = try Tool("egostream").run("convert", "--wan", "/nowhere/wan", "--codec", codec, "--out", folder)
    #expect(result.status == 1)
    #expect(result.errors.contains("--out \(codec): is the same file as --codec \(codec)"), "\(result.errors)")
    #expect(TemporaryFile.read(codec) == "tensors")
  }
}
