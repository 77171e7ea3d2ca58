import FoundationEssentials
import Glibc
import Testing

/// The batch renderer and the bench, on the bundled sample.
struct PriorTests {
  private struct Report: Decodable {
    let frames: Int
    let coverage: Double
    let psnr_covered: Double
    let psnr: Double
    let fps: Double
    let fps_with_decode: Double
    let backend: String
    let device: String
  }

  @Test func benchReportsWhatTheSampleIsWorth() throws {
    let video = TemporaryFile.name("prior", suffix: ".mkv")
    let sheet = TemporaryFile.name("sheet", suffix: ".png")
    defer {
      unlink(video)
      unlink(sheet)
    }
    let result = try Tool("egobench").run(
      "prior", "--clip", Tool.root + "/samples/workbench", "--frames", "6", "--backend", "cpu", "--out", video,
      "--sheet", sheet)
    #expect(result.status == 0, "\(result.errors)")
    let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
    #expect(report.frames == 6)
    #expect(report.backend == "cpu")
    #expect(report.coverage > 0.2 && report.coverage < 1)
    // Covered pixels are nearer to the truth than black holes are.
    #expect(report.psnr_covered > report.psnr)
    #expect(report.fps >= report.fps_with_decode)
    #expect(TemporaryFile.read(sheet).count > 1000)
    #expect(TemporaryFile.read(video).count > 1000)
  }

  @Test func benchListensForLivePosesOnce() throws {
    let socket = TemporaryFile.name("poses", suffix: ".sock")
    let result = try Tool("egobench").run(
      "prior", "--clip", Tool.root + "/samples/workbench", "--frames", "2", "--backend", "cpu", "--pose",
      "unix:" + socket)
    #expect(result.status == 0, "\(result.errors)")
    #expect(try JSONDecoder().decode(Report.self, from: Data(result.output.utf8)).frames == 2)
  }

  @Test func benchNamesAFolderThatIsNoClip() throws {
    let result = try Tool("egobench").run("prior", "--clip", "/nowhere")
    #expect(result.status == 1)
    #expect(result.errors.contains("/nowhere: not a clip"))
  }

  @Test func aFullDiskIsNamed() throws {
    let file = TemporaryFile.name("full", suffix: ".mkv")
    symlink("/dev/full", file)
    defer { unlink(file) }
    let result = try Tool("egostream").run("prior", "--clip", Tool.root + "/samples/workbench", "--out", file)
    #expect(result.status == 1)
    #expect(result.errors.contains("\(file): filesink0: No space left on the resource"), "\(result.errors)")
  }

  @Test(arguments: ["egostream", "egobench"], [".avi", ".png"])
  func unknownKindOfFileIsRefused(_ tool: String, _ ending: String) throws {
    let clip = Tool.root + "/samples/workbench"
    let file = TemporaryFile.name("prior", suffix: ending)
    for arguments in [["--out", file], ["--out", file + ".mkv", "--mask-out", file]] {
      let result = try Tool(tool).start(["prior", "--clip", clip] + arguments).wait()
      #expect(result.status == 1)
      #expect(result.errors.contains("\(file): unknown kind of file; expected a name that ends in .mp4 or .mkv"))
      #expect(access(file, F_OK) != 0)
    }
  }

  @Test(arguments: [
    ["soak", "--frames=-5"], ["latency", "--live", "--frames=-5"], ["prior", "--frames=-5"],
    ["quality", "clip", "--frames=-5"],
  ])
  func benchesTakeOneFrameOrMore(_ arguments: [String]) throws {
    let result = try Tool("egobench").start(arguments).wait()
    #expect(result.status == 64)
    #expect(result.errors.contains("--frames is -5; expected 1 or more"), "\(result.errors)")
  }

  @Test(arguments: [
    (["soak", "--steps", "1001"], "--steps is 1001"), (["soak", "--model-interval", "17"], "--model-interval is 17"),
    (["latency", "--no-photometric"], "--no-photometric"),
  ])
  func benchesRefuseWhatTheyCannotDo(_ arguments: [String], _ message: String) throws {
    let result = try Tool("egobench").start(arguments).wait()
    #expect(result.status == 64)
    #expect(result.errors.contains(message), "\(result.errors)")
  }

  @Test func aShortSoakSaysThatItJudgedNothing() throws {
    let result = try Tool("egobench").run(
      "soak", "--clip", Tool.root + "/samples/workbench", "--frames", "2", "--backend", "cpu", "--model", "none")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.contains("growth was not judged: 2 frames"), "\(result.errors)")
    #expect(result.output.contains("\"unjudged\""))
  }

  @Test func helpNamesInstructionsAsTheyAreGiven() throws {
    let help = try Tool("egobench").run("kernels", "--help").output
    // Where the lines break is the library's choice.
    let words = help.split { $0.isWhitespace }.joined(separator: " ")
    #expect(words.contains("(values: best, baseline, avx2, avx512)"), "\(help)")
  }

  @Test func aClipNeedsNoFrames() throws {
    let clip = try TemporaryClip()
    let document = clip.folder + "/clip.json"
    let text = TemporaryFile.read(document)
    let without = text.replacing("\"frames\":120,", with: "")
    #expect(without != text)
    try without.write(toFile: document, atomically: false, encoding: .utf8)
    let sheet = clip.folder + "/sheet.png"
    let result = try Tool("egobench").run(
      "prior", "--clip", clip.folder, "--frames", "2", "--backend", "cpu", "--sheet", sheet)
    #expect(result.status == 0, "\(result.errors)")
    #expect(TemporaryFile.read(sheet).count > 1000)
    try text.replacing("\"frames\":120", with: "\"frames\":\"120\"").write(
      toFile: document, atomically: false, encoding: .utf8)
    let wrong = try Tool("egobench").run("prior", "--clip", clip.folder)
    #expect(wrong.status == 1)
    #expect(wrong.errors.contains("calibration \(document): frames is a string; expected a number"), "\(wrong.errors)")
  }
}
