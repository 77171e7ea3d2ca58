import Compute
import Foundation
import Testing

@testable import EgoStream

/// Which folder a model's name stands for.
struct ModelLibraryTests {
  @Test(
    arguments: [
      ("/usr/local/lib/gstreamer-1.0/libgstexo2ego.so", "/usr/local/share/egostream/models"),
      ("/usr/lib64/gstreamer-1.0/libgstexo2ego.so", "/usr/share/egostream/models"),
      ("/usr/lib/x86_64-linux-gnu/gstreamer-1.0/libgstexo2ego.so", "/usr/share/egostream/models"),
      ("/usr/local/bin/egostream", "/usr/local/share/egostream/models"),
      ("/home/a/egostream/.build/x86_64-unknown-linux-gnu/release/libgstexo2ego.so", "/home/a/egostream/Models"),
      ("/home/a/egostream/.build-test/x86_64-unknown-linux-gnu/release/egobench", "/home/a/egostream/Models"),
      ("/home/a/plugins/libgstexo2ego.so", nil), ("/gstreamer-1.0/libgstexo2ego.so", nil), ("", nil),
    ] as [(String, String?)]) func modelsLieBesideWhatWasInstalledOrBuilt(_ file: String, _ expected: String?)
  {
    #expect(ModelLibrary.folder(for: file) == expected)
  }

  /// A library of two folders, of which the second alone has `ego-tiny`, and both have `other`.
  private final class TwoFolders {
    let root = FileManager.default.temporaryDirectory.appending(path: "models-\(UUID().uuidString)").path
    let library: ModelLibrary

    init() throws {
      library = ModelLibrary(variable: "\(root)/first::\(root)/second", file: nil)
      for name in ["first/other", "second/other", "second/ego-tiny"] {
        try FileManager.default.createDirectory(atPath: "\(root)/\(name)", withIntermediateDirectories: true)
      }
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }
  }

  @Test func theFirstFolderThatHasTheNameIsTaken() throws {
    let two = try TwoFolders()
    let (library, root) = (two.library, two.root)
    #expect(library.folders == ["\(root)/first", "\(root)/second"])
    #expect(try library.select("other") == .folder("\(root)/first/other"))
    #expect(try library.select("auto") == .folder("\(root)/second/ego-tiny"))
    #expect(try library.select("none") == .none)
    #expect(try library.select("") == .none)
    // The caller's own folder, there or not.
    #expect(try library.select("./other") == .folder("./other"))
    #expect(library.folder(named: "..") == nil)
    withExtendedLifetime(two) {}
  }

  @Test func whatIsMissingSaysWhereItWasLookedFor() throws {
    let library = ModelLibrary(variable: "/nowhere/first:/nowhere/second", file: "/usr/bin/egostream")
    let failure = #expect(throws: Failure.self) { try library.select("ego-large") }
    #expect(failure?.kind == .model)
    for part in [
      "model ego-large", "/nowhere/first, /nowhere/second, /usr/share/egostream/models", "EGOSTREAM_MODELS",
      "./ego-large",
    ] {
      #expect(failure?.message.contains(part) == true, "\(failure?.message ?? "")")
    }
    #expect(throws: Failure.self) { try ModelLibrary(variable: nil, file: nil).select("ego-tiny") }
  }

  @Test func aMissingDefaultIsNoFailure() throws {
    guard case .defaultIsMissing(let message) = try ModelLibrary(variable: "/nowhere", file: nil).select("auto") else {
      Issue.record("a default that cannot be there was found")
      return
    }
    #expect(message.contains("model ego-tiny is not installed: looked in /nowhere"))
  }

  @Test func theRunningProgramsOwnFileIsFound() throws {
    // The tests are built in a checkout.
    let folder = try #require(ModelLibrary.installed().folders.last)
    #expect(folder.hasPrefix("/") && folder.hasSuffix("/Models"), "\(folder)")
  }
}
