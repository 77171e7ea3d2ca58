import FoundationEssentials

/// A copy of the bundled sample that a test may spoil; gone with this object.
final class TemporaryClip {
  let folder = TemporaryFile.name("clip")

  init() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    for file in ["clip.json", "exo.mp4", "depth.mkv"] {
      try FileManager.default.copyItem(atPath: Tool.root + "/samples/workbench/" + file, toPath: folder + "/" + file)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }
}
