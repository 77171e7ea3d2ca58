import FoundationEssentials
import Testing

/// `egobench quality`, on the bundled sample.
struct QualityTests {
  private struct Report: Decodable {
    struct Figures: Decodable {
      let output: [String: Double]
      let naive: [String: [String: Double]]
    }
    let model: String
    let clips: [Figures]
    let mean: Figures
  }

  @Test func everyFigureIsThereBesideTheNaiveOnes() throws {
    let result = try Tool("egobench").run(
      "quality", Tool.root + "/samples/workbench", "--frames", "2", "--backend", "cpu", "--model", "none")
    #expect(result.status == 0, "\(result.errors)")
    let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
    #expect(report.model == "none")
    let figures = ["psnr", "ssim", "psnr_low", "sharpness", "warping_error"]
    let names = figures.flatMap { [$0, $0 + "_observed", $0 + "_unobserved"] } + ["swd"]
    let clip = try #require(report.clips.first)
    for name in names { #expect(clip.output[name]?.isFinite == true, "\(name)") }
    #expect(report.mean.output == clip.output)
    #expect(Set(clip.naive.keys) == ["prior", "push_pull", "push_pull_lens", "telea", "first_frame"])
    // Without a model and a photometric profile, the product is the filled prior.
    #expect(clip.naive["push_pull"] == clip.output)
    #expect(clip.naive["first_frame"]?["psnr"].map { $0 > 40 } == true)
    #expect(clip.naive["telea"]?["warping_error"] == nil)
    let whole = try #require(clip.output["psnr"])
    let (observed, unobserved) = (clip.output["psnr_observed"] ?? 0, clip.output["psnr_unobserved"] ?? 0)
    #expect((min(observed, unobserved)...max(observed, unobserved)).contains(whole))
    #expect(result.errors.contains("first_frame") && result.errors.contains("warping_error"))
  }

  @Test func aModelThatIsNotInstalledIsNamed() throws {
    let result = try Tool("egobench").run("quality", Tool.root + "/samples/workbench", "--model", "ego-nowhere")
    #expect(result.status == 1)
    #expect(result.errors.contains("model ego-nowhere is not installed"))
  }
}
