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

  @Test func unknownKindOfFileIsRefused() throws {
    let result = try Tool("egostream").run(
      "prior", "--clip", Tool.root + "/samples/workbench", "--out", "/tmp/prior.avi")
    #expect(result.status == 1)
    #expect(result.errors.contains(".mkv"))
  }
}
