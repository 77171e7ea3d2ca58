import FoundationEssentials
import Testing

/// No command writes over what it reads.
struct SeparateFilesTests {
  private func size(_ file: String) throws -> Int { try Data(contentsOf: URL(filePath: file)).count }

  @Test(arguments: ["exo.mp4", "folder/../exo.mp4", "symbolic.mp4", "hard.mp4"])
  func runRefusesToOverwriteItsInput(_ name: String) throws {
    let clip = try TemporaryClip()
    let input = clip.folder + "/exo.mp4"
    let output = clip.folder + "/" + name
    let files = FileManager.default
    try files.createDirectory(atPath: clip.folder + "/folder", withIntermediateDirectories: false)
    try files.createSymbolicLink(atPath: clip.folder + "/symbolic.mp4", withDestinationPath: input)
    try files.linkItem(atPath: input, toPath: clip.folder + "/hard.mp4")
    let before = try size(input)
    let result = try Tool("egostream").run(
      "run", "--input", input, "--calibration", clip.folder + "/clip.json", "--model", "none", "--output", output)
    #expect(result.status == 1)
    #expect(result.errors.contains("--output \(output): is the same file as --input \(input)"), "\(result.errors)")
    #expect(try size(input) == before)
  }

  @Test func runRefusesToOverwriteItsDepth() throws {
    let clip = try TemporaryClip()
    let depth = clip.folder + "/depth.mkv"
    let before = try size(depth)
    let result = try Tool("egostream").run(
      "run", "--input", clip.folder + "/exo.mp4", "--depth", depth, "--calibration", clip.folder + "/clip.json",
      "--model", "none", "--output", depth)
    #expect(result.status == 1)
    #expect(result.errors.contains("is the same file as --depth \(depth)"), "\(result.errors)")
    #expect(try size(depth) == before)
  }

  @Test(arguments: ["egostream", "egobench"]) func priorRefusesToOverwriteItsClip(_ tool: String) throws {
    let clip = try TemporaryClip()
    let before = try size(clip.folder + "/depth.mkv")
    let result = try Tool(tool).run("prior", "--clip", clip.folder, "--out", clip.folder + "/depth.mkv")
    #expect(result.status == 1)
    #expect(result.errors.contains("is the same file as the clip's \(clip.folder)/depth.mkv"), "\(result.errors)")
    #expect(try size(clip.folder + "/depth.mkv") == before)
  }

  @Test(arguments: ["prior", "latency", "soak"]) func benchesRefuseToOverwriteTheirClip(_ command: String) throws {
    let clip = try TemporaryClip()
    let document = clip.folder + "/clip.json"
    let before = try size(document)
    let result = try Tool("egobench").run(command, "--clip", clip.folder, "--json", document)
    #expect(result.status == 1)
    #expect(result.errors.contains("--json \(document): is the same file as the clip's"), "\(result.errors)")
    #expect(try size(document) == before)
  }

  @Test func reportsThatCannotBeWrittenAreToldOfFirst() throws {
    let clip = Tool.root + "/samples/workbench"
    for (arguments, message) in [
      (
        ["soak", "--json", "/nowhere/soak.json"],
        "--json /nowhere/soak.json: cannot be written: No such file or directory"
      ),
      (["latency", "--plot", "/tmp"], "--plot /tmp: is a folder"),
      (
        ["sheet", "--ego", clip + "/ego_truth.mp4", "--out", "/nowhere/sheet.png"],
        "--out /nowhere/sheet.png: cannot be"
      ),
    ] {
      let result = try Tool("egobench").start(arguments + ["--clip", clip]).wait()
      #expect(result.status == 1)
      #expect(result.errors.contains(message), "\(result.errors)")
    }
    let sheets = try Tool("egobench").run("quality", clip, "--sheets", "/dev/null/sheets")
    #expect(sheets.status == 1 && sheets.errors.contains("--sheets /dev/null/sheets: cannot be made: Not a directory"))
  }

  @Test func twoOutputsAreTwoFiles() throws {
    let clip = try TemporaryClip()
    let out = clip.folder + "/new.mkv"
    let result = try Tool("egostream").run("prior", "--clip", clip.folder, "--out", out, "--mask-out", out)
    #expect(result.status == 1)
    #expect(result.errors.contains("--mask-out \(out): is the same file as --out \(out)"), "\(result.errors)")
  }
}
