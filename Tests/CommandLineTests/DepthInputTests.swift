import Testing

@testable import egostream

/// Which depth cameras GStreamer can read.
struct DepthInputTests {
  @Test(arguments: [["Z16 "], ["Z16 ", "GREY", "UYVY"]]) func aCameraOfZ16IsPointedToTheScript(_ formats: [String]) {
    #expect(DepthInput.refusal(ofFormats: formats)?.contains("pipelines/depth-camera-serve.sh") == true)
  }

  @Test(arguments: [["Y16 "], ["Z16 ", "Y16 "], ["YUYV"], []]) func othersAreLeftToGStreamer(_ formats: [String]) {
    #expect(DepthInput.refusal(ofFormats: formats) == nil)
  }
}
