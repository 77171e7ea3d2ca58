import FoundationEssentials
import Testing

/// What the egostream command prints and how it exits.
struct EgostreamCommandTests {
  let tool: Tool

  init() throws { tool = try Tool("egostream") }

  @Test func helpNamesEveryCommand() throws {
    let result = try tool.run("--help")
    #expect(result.status == 0)
    for command in ["run", "serve", "devices", "calibrate", "import-egox", "prior", "convert", "model"] {
      #expect(result.output.contains("\n  \(command)"))
    }
  }

  @Test(arguments: [
    ["--nonsense"], ["run", "--input", "test"], ["serve"], ["serve", "--source", "file"],
    ["serve", "--launch", "videotestsrc", "--port", "70000"], ["calibrate"], ["prior", "--clip", "x"],
    ["model"], ["convert", "--wan", "x"], ["convert", "--wan", "x", "--codec", "y", "--out", "z", "--type", "int8"],
    ["run", "--input", "test", "--calibration", "c.json", "--backend", "quantum"],
    ["run", "--input", "test", "--calibration", "c.json", "--steps", "1001"],
    ["run", "--input", "test", "--calibration", "c.json", "--model-interval", "0"],
    ["serve", "--source", "test", "--calibration", "c.json", "--input", "exo.mp4"],
  ])
  func wrongUsageExitsWith64(_ arguments: [String]) throws {
    let result = try tool.start(arguments).wait()
    #expect(result.status == 64)
    #expect(result.errors.contains("Error: "))
  }

  @Test func serveNamesTheOptionsThatALaunchLineDoesNotTake() throws {
    let result = try tool.run(
      "serve", "--launch", "videotestsrc", "--depth", "d.mkv", "--model", "none", "--steps", "1")
    #expect(result.status == 64)
    #expect(result.errors.contains("--depth, --model, --steps: --launch takes none of these"), "\(result.errors)")
  }

  @Test func helpListsOnlyTypesThatConvertTakes() throws {
    let result = try tool.run("convert", "--help")
    #expect(result.output.contains("float16") && !result.output.contains("uint8"), "\(result.output)")
  }

  @Test func importSaysWhatItAssumesAndKeepsItsInput() throws {
    let pose = "[[1,0,0,0],[0,1,0,0],[0,0,1,-2]]"
    let text = """
      {"test_datasets": [{"camera_intrinsics": [[1200,0,1920],[0,1200,1080],[0,0,1]],
        "camera_extrinsics": [[1,0,0,0],[0,1,0,0],[0,0,1,0]], "ego_extrinsics": [\(pose), \(pose)]}]}
      """
    try TemporaryFile.with(text, suffix: ".json") { meta in
      let result = try tool.run("import-egox", meta)
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.errors.contains("fps is taken to be 30"), "\(result.errors)")
      #expect(try tool.run("import-egox", meta, "--fps", "25").errors.isEmpty)
      let over = try tool.run("import-egox", meta, "--out", meta)
      #expect(over.status == 1 && over.errors.contains("is the same file as"), "\(over.errors)")
      #expect(TemporaryFile.read(meta) == text)
    }
  }

  @Test func checkNamesMisspeltKeys() throws {
    let text = """
      {"exo": {"model": "pinhole", "width": 640, "height": 480, "f": 500, "cx": 319.5, "cy": 239.5,
               "worldToCamera": [[1,0,0,0],[0,1,0,0],[0,0,1,0]]},
       "ego": {"model": "pinhole", "width": 640, "height": 480, "f": 500, "cx": 319.5, "cy": 239.5,
               "world_to_camera": [[1,0,0,0],[0,1,0,0],[0,0,1,-1]]},
       "depth": {"asumed_metres": 2, "colour": 1}}
      """
    let result = try TemporaryFile.with(text, suffix: ".json") { try tool.run("calibrate", "--check", $0) }
    #expect(result.status == 0)
    for part in [
      "exo.worldToCamera is no key of the document, and nothing reads it; did you mean world_to_camera?",
      "depth.asumed_metres is no key of the document, and nothing reads it; did you mean assumed_metres?",
      "depth.colour is no key of the document, and nothing reads it; known are file, unit",
    ] { #expect(result.output.contains(part), "\(result.output)") }
  }

  @Test func checkCountsTheVideosFrames() throws {
    let clip = Tool.root + "/samples/workbench"
    let fits = try tool.run("calibrate", "--check", clip + "/clip.json", "--exo", clip + "/exo.mp4")
    #expect(!fits.output.contains("the video has"), "\(fits.output)")
    let text = try String(contentsOfFile: clip + "/clip.json", encoding: .utf8)
      .replacing("\"fps\":30", with: "\"fps\":25")
    let video = TemporaryFile.name("short", suffix: ".mkv")
    defer { try? FileManager.default.removeItem(atPath: video) }
    _ = try Tool(path: "/usr/bin/gst-launch-1.0").run(
      "videotestsrc", "num-buffers=20", "!", "video/x-raw,width=784,height=448,framerate=30/1", "!", "avenc_ffv1", "!",
      "matroskamux", "!", "filesink", "location=\(video)")
    let result = try TemporaryFile.with(text, suffix: ".json") {
      try tool.run("calibrate", "--check", $0, "--exo", video)
    }
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("the video has 30.0 frames a second and the document 25.0"), "\(result.output)")
    #expect(result.output.contains("the video has 20 frames for 120 poses"), "\(result.output)")
  }

  @Test func devicesListsTheProcessorEvenWithoutCameras() throws {
    let result = try tool.run("devices")
    #expect(result.status == 0)
    #expect(result.output.contains("Cameras"))
    #expect(result.output.contains("backend=auto takes"))
  }

  @Test func checkDescribesBothCameras() throws {
    let result = try tool.run("calibrate", "--check", Tool.root + "/pipelines/webcam.json")
    #expect(result.status == 0)
    #expect(result.output.contains("exo     pinhole 1280x720"))
    #expect(result.output.contains("field of view 70° across, 43° down"))
    #expect(result.output.contains("1.04 m from the exo camera"))
    #expect(result.output.hasSuffix("ok\n"))
  }

  @Test func checkHoldsTheCalibrationAgainstTheVideo() throws {
    let clip = Tool.root + "/samples/workbench"
    let fits = try tool.run("calibrate", "--check", clip + "/clip.json", "--exo", clip + "/exo.mp4")
    #expect(fits.status == 0)
    let differs = try tool.run("calibrate", "--check", clip + "/clip.json", "--exo", clip + "/ego_truth.mp4")
    #expect(differs.status == 1)
    #expect(differs.errors.contains("another shape"))
  }

  @Test func checkHoldsTheCalibrationAgainstTheWearer() throws {
    let clip = Tool.root + "/samples/workbench"
    let fits = try tool.run("calibrate", "--check", clip + "/clip.json", "--depth", clip + "/depth.mkv")
    #expect(fits.output.contains("looked for in 120 of 120 depth pictures") && fits.output.hasSuffix("ok\n"))
    let text = try String(contentsOfFile: clip + "/clip.json", encoding: .utf8)
    let wrong = text.replacing("\"fx\":520.0,\"fy\":520.0", with: "\"fx\":676,\"fy\":676")
    #expect(wrong != text)
    let result = try TemporaryFile.with(wrong, suffix: ".json") {
      try tool.run("calibrate", "--check", $0, "--depth", clip + "/depth.mkv")
    }
    #expect(result.status == 0)
    #expect(result.output.contains("exo focal length × 0.8"), "\(result.output)")
    let missing = try tool.run("calibrate", "--check", clip + "/clip.json", "--depth", "/nowhere/depth.mkv")
    #expect(missing.status == 1 && missing.errors.contains("/nowhere/depth.mkv"))
    let anothers = try tool.run(
      "calibrate", "--check", Tool.root + "/pipelines/webcam.json", "--depth", clip + "/depth.mkv")
    #expect(anothers.status == 1 && anothers.errors.contains("another shape"))
  }

  @Test func checkTakesPosesFromAFile() throws {
    let clip = Tool.root + "/samples/workbench"
    let text = try String(contentsOfFile: clip + "/clip.json", encoding: .utf8)
    let poseless = text.replacing("\"world_to_camera\":[[[", with: "\"poses\":[[[")
    #expect(poseless != text)
    try TemporaryFile.with(poseless, suffix: ".json") { document in
      func check(_ pose: String) throws -> Tool.Result {
        try tool.run("calibrate", "--check", document, "--depth", clip + "/depth.mkv", "--pose", pose)
      }
      let alone = try check("")
      #expect(alone.status == 1 && alone.errors.contains("no ego.world_to_camera"), "\(alone.errors)")
      let beside = try check(clip + "/clip.json")
      #expect(beside.status == 0 && beside.output.contains("looked for in 120 of 120 depth pictures"), "\(beside)")
      let live = try check("unix:" + TemporaryFile.name("poses", suffix: ".sock"))
      #expect(live.status == 1 && live.errors.contains("expected a file"), "\(live.errors)")
    }
  }

  @Test func checkDoubtsMillimetres() throws {
    let text = """
      {"exo": {"model": "pinhole", "width": 640, "height": 480, "f": 500, "cx": 319.5, "cy": 239.5},
       "ego": {"model": "pinhole", "width": 640, "height": 480, "f": 500, "cx": 319.5, "cy": 239.5,
               "world_to_camera": [[1,0,0,0],[0,1,0,0],[0,0,1,-1500]]}}
      """
    let result = try TemporaryFile.with(text, suffix: ".json") { try tool.run("calibrate", "--check", $0) }
    #expect(result.status == 0)
    #expect(result.output.contains("warning: ego is 1500 m from the exo camera"))
  }

  @Test func checkDoubtsACameraThatSeesLittle() throws {
    // Half a turn from the axis lies 188 pixels from the middle: everything further out sees nothing.
    func check(_ circle: String) throws -> Tool.Result {
      let text = """
        {"exo": {"model": "pinhole", "width": 640, "height": 480, "f": 500, "cx": 319.5, "cy": 239.5},
         "ego": {"model": "kannala_brandt4", "width": 640, "height": 640, "f": 60, "cx": 319.5, "cy": 319.5,
                 "coefficients": [0, 0, 0, 0], \(circle)
                 "world_to_camera": [[1,0,0,0],[0,1,0,0],[0,0,1,-1]]}}
        """
      return try TemporaryFile.with(text, suffix: ".json") { try tool.run("calibrate", "--check", $0) }
    }
    let result = try check("")
    #expect(result.status == 0)
    #expect(result.output.contains("warning: ego sees along only 27% of its pixels"), "\(result.output)")
    let circled = try check("\"image_circle_radius\": 188,")
    #expect(!circled.output.contains("sees along only"), "\(circled.output)")
  }

  @Test func checkRefusesWhatIsNoCalibration() throws {
    let missing = try tool.run("calibrate", "--check", "/nowhere/clip.json")
    #expect(missing.status == 1)
    #expect(missing.errors.contains("/nowhere/clip.json"))
    let empty = try TemporaryFile.with("{}", suffix: ".json") { try tool.run("calibrate", "--check", $0) }
    #expect(empty.status == 1)
    #expect(empty.errors.contains("exo is missing"))
  }

  @Test func printedLineIsWhatAShellTakes() throws {
    let calibration = Tool.root + "/pipelines/webcam.json"
    let result = try tool.run(
      "run", "--print", "--input", "test", "--calibration", calibration, "--output", "/tmp/a b.mp4")
    #expect(result.status == 0)
    #expect(result.output.hasPrefix("gst-launch-1.0 -e videotestsrc is-live=true"))
    #expect(result.output.contains("exo2ego name=view calibration="))
    #expect(!result.output.contains("model="))
    #expect(result.output.contains("'location=\"/tmp/a b.mp4\"'"))
  }

  @Test func printedLineSaysWhereThePluginIs() throws {
    let result = try Tool(path: "/usr/bin/env").run(
      "-u", "GST_PLUGIN_PATH", tool.path, "run", "--print", "--input", "test", "--calibration",
      Tool.root + "/pipelines/webcam.json")
    let folder = try #require(tool.path.lastIndex(of: "/").map { tool.path[..<$0] })
    #expect(result.output.hasPrefix("GST_PLUGIN_PATH=\(folder) gst-launch-1.0 -e "), "\(result.output)")
  }

  @Test func unknownOutputSaysWhatIsKnown() throws {
    let result = try tool.run(
      "run", "--input", "test", "--calibration", Tool.root + "/pipelines/webcam.json", "--output", "picture.bmp")
    #expect(result.status == 1)
    #expect(result.errors.contains("picture.bmp"))
    #expect(result.errors.contains("window"))
  }

  @Test func aWindowNeedsADisplay() throws {
    let result = try Tool(path: "/usr/bin/env").run(
      "-u", "DISPLAY", "-u", "WAYLAND_DISPLAY", tool.path, "run", "--input", "test", "--calibration",
      Tool.root + "/pipelines/webcam.json", "--model", "none")
    #expect(result.status == 1)
    #expect(result.errors.contains("neither DISPLAY nor WAYLAND_DISPLAY is set"), "\(result.errors)")
    #expect(result.errors.contains("egostream serve"))
  }

  @Test func missingElementIsNamed() throws {
    let result = try tool.run("serve", "--launch", "no_such_element", "--port", "0")
    #expect(result.status == 1)
    #expect(result.errors.contains("no_such_element"))
  }
}
