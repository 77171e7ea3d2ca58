import Compute
import Glibc

/// Where the models lie that are called by name, and which model somebody means.
///
/// | written | meant |
/// | --- | --- |
/// | `auto` | `ego-tiny`; where that is not installed, no model |
/// | `none`, or nothing | no model: the filled prior |
/// | anything with a `/` in it | that folder |
/// | anything else | the model of that name |
///
/// A name is looked for in the folders of `EGOSTREAM_MODELS`, then in the folder of the installation, or of the checkout, that
/// this code was built for or is part of.
public struct ModelLibrary: Sendable {
  /// The environment variable that names the folders to search first, with colons between them.
  public static let variable = "EGOSTREAM_MODELS"
  /// What `auto` stands for.
  public static let defaultName = "ego-tiny"
  /// The choices that are no model's name.
  public static let automatic = "auto"
  public static let noModel = "none"

  /// What was chosen.
  public enum Selection: Equatable, Sendable {
    case folder(String)
    /// None was asked for.
    case none
    /// The default is not installed; in words, with the places where it was looked for.
    case defaultIsMissing(String)
  }

  /// Folders of model folders, in the order in which they are searched.
  public let folders: [String]

  /// - Parameters:
  ///   - variable: What `EGOSTREAM_MODELS` holds.
  ///   - file: The plugin or program, as a path without symbolic links.
  public init(variable: String?, file: String?) {
    let named = variable.map { $0.split(separator: ":").map(String.init) } ?? []
    folders = named + (file.flatMap(Self.folder(for:)).map { [$0] } ?? [])
  }

  /// The library of the plugin or program that this code is part of, in this process's environment.
  public static func installed() -> ModelLibrary {
    ModelLibrary(variable: getenv(variable).map { String(cString: $0) }, file: ownFile())
  }

  /// - Throws: `.model` for a name that is nowhere, with the places where it was looked for.
  public func select(_ text: String) throws(Failure) -> Selection {
    switch text {
    case Self.noModel, "": return .none
    case Self.automatic:
      if let folder = folder(named: Self.defaultName) { return .folder(folder) }
      return .defaultIsMissing("\(missing(Self.defaultName)); the filled prior is shown without it")
    default: return .folder(try locate(text))
    }
  }

  /// The folder of a name, or what has a `/` in it, which may not be there.
  /// - Throws: `.model` for a name that is nowhere, with the places where it was looked for.
  public func locate(_ text: String) throws(Failure) -> String {
    if text.contains("/") { return text }
    if let folder = folder(named: text) { return folder }
    throw Failure(.model, "\(missing(text)); a folder is written with a slash: ./\(text)")
  }

  /// The first folder of that name, whatever is in it: one that is broken is to be told of, not passed over.
  public func folder(named name: String) -> String? {
    guard !name.isEmpty, !name.contains("/"), !name.hasPrefix(".") else { return nil }
    return folders.lazy.map { "\($0)/\(name)" }.first(where: isFolder)
  }

  private func missing(_ name: String) -> String {
    folders.isEmpty
      ? "model \(name) is not installed: there is no folder of models, and \(Self.variable) names none"
      : "model \(name) is not installed: looked in \(folders.joined(separator: ", ")), and \(Self.variable) may name more"
  }

  /// The folder of models that goes with a file: `share` stands beside the `bin` or `lib` that was installed with it, `Models`
  /// in the checkout that it was built in.
  static func folder(for file: String) -> String? {
    let parts = file.split(separator: "/").dropLast()
    func inside(_ parts: ArraySlice<Substring>, _ rest: String) -> String {
      (parts + [Substring(rest)]).reduce("") { "\($0)/\($1)" }
    }
    let installed = "share/egostream/models"
    if parts.last == "bin" { return inside(parts.dropLast(), installed) }
    if parts.last == "gstreamer-1.0" {
      // lib/gstreamer-1.0, lib64/gstreamer-1.0, lib/x86_64-linux-gnu/gstreamer-1.0.
      let above = parts.dropLast().suffix(2)
      guard let library = above.lastIndex(where: { $0.hasPrefix("lib") }) else { return nil }
      return inside(parts[..<library], installed)
    }
    // .build/x86_64-unknown-linux-gnu/release: what .build/release is a link to.
    guard let build = parts.suffix(3).first, parts.count >= 3, build.hasPrefix(".build") else { return nil }
    return inside(parts.dropLast(3), "Models")
  }

  /// The file that this code was loaded from: a program or a plugin, whichever name it was called by.
  private static func ownFile() -> String? {
    guard let maps = fopen("/proc/self/maps", "r") else { return nil }
    defer { fclose(maps) }
    let address = UInt(bitPattern: #dsohandle)
    var line: UnsafeMutablePointer<CChar>?
    var capacity = 0
    defer { free(line) }
    while getline(&line, &capacity, maps) > 0, let text = line.map({ String(cString: $0) }) {
      // 7f0a1000-7f0a2000 r--p 00000000 08:01 1234   /path
      let ends = text.prefix { $0 != " " }.split(separator: "-").compactMap { UInt($0, radix: 16) }
      guard ends.count == 2, (ends[0]..<ends[1]).contains(address), let path = text.firstIndex(of: "/") else {
        continue
      }
      let file = String(text[path...].prefix { $0 != "\n" })
      // One that was replaced meanwhile.
      return file.hasSuffix(" (deleted)") ? String(file.dropLast(" (deleted)".count)) : file
    }
    return nil
  }
}

private func isFolder(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}
