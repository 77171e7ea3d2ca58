/// An error a user can act on: it names the thing, the value found, what was expected and what to do.
///
/// `kind` says which part of the system refused, so that a caller (the GStreamer element, the command line) can
/// choose the right error domain without parsing the message.
public struct Failure: Error, Equatable, CustomStringConvertible, Sendable {
  public enum Kind: Sendable, Equatable {
    /// A calibration file is missing, malformed or contradicts itself or the stream.
    case calibration
    /// A pose source cannot be opened or read.
    case pose
    /// A setting is out of range or names nothing.
    case setting
    /// Image or depth data of the wrong size, format or unit.
    case format
    /// A device was asked for that is not there.
    case deviceNotFound
    /// A call into a driver or library failed.
    case library
    /// Host or device memory ran out; the message says how much was asked and of what.
    case outOfMemory
    /// A model folder is missing or broken.
    case model
  }

  public let kind: Kind
  public let message: String

  public init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  public var description: String { message }

  /// Where memory ran out: the same, with what to do about it; any other failure as it is.
  package func advising(whereMemoryRanOut advice: String) -> Failure {
    kind == .outOfMemory ? Failure(kind, "\(message); \(advice)") : self
  }
}
