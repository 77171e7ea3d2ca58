import Compute

/// Kinds of files that frames are written to, by the ending of the name.
public enum FileEnding: String, Sendable {
  /// H.264.
  case mp4
  /// Lossless FFV1.
  case mkv
  /// One picture.
  case png

  public static let videos: [FileEnding] = [.mp4, .mkv]

  /// - Throws: `Failure` of kind `.setting` where the file's name has none of these endings.
  public init(of file: NamedFile, among known: [FileEnding]) throws(Failure) {
    guard let ending = known.first(where: { file.path.hasSuffix("." + $0.rawValue) }) else {
      let list = known.map { "." + $0.rawValue }.joined(separator: " or ")
      throw Failure(.setting, "\(file.name) \(file.path): unknown kind of file; expected a name that ends in \(list)")
    }
    self = ending
  }
}
