import CExo2Ego
import CGStreamer
import EgoStream
import Synchronization

/// `exo2ego`: shows what the wearer sees (ego), from a third-person (exo) camera and its depth.
///
/// Each exo frame is fused into a map of the scene, which is drawn from the wearer's pose, and completed by a model, a chunk of
/// frames at a time: one ego frame for each exo frame, with the same timestamp and duration.
///
///     gst-launch-1.0 filesrc location=exo.mp4 ! decodebin ! videoconvert ! ego.sink \
///       filesrc location=depth.mkv ! decodebin ! ego.depth \
///       exo2ego name=ego calibration=clip.json ! videoconvert ! autovideosink
///
/// Pads: `sink` takes the exo camera in the common RGB and YUV formats; the request pad `depth` takes GRAY16_LE in the
/// calibration's unit, paired with exo frames by running time; `src` gives RGB; the request pad `mask` gives GRAY8 with
/// the timestamps of `src`, 255 where something was observed and 0 where nothing is known. One thread pushes both,
/// the mask first, so `mask` wants a queue behind it.
///
/// Model: `ego-tiny` where it is installed, else none, with a warning; see `ModelLibrary` for what `model` takes.
///
/// Latency: at least one frame is declared, and what recent frames took where that is more. In a live pipeline a frame
/// later than `max-lag` is treated as `on-lag` says; each drop posts a QoS message.
///
/// Threads: `Stream` belongs to the thread that the base class runs on the source pad (and to the state change and
/// flush calls made while that thread stands still), so it has no lock. What other threads see is `Shared`, behind one
/// mutex which is never held while calling out.
final class Exo2EgoElement {
  /// What property calls, pad requests and queries share with the source thread.
  struct Shared: Sendable {
    var settings = Settings()
    var statistics = Statistics()
    var mask: MaskOutput?
    /// Of the exo camera, upright; `nil` until a calibration was opened.
    var calibratedSize: (width: Int, height: Int)?
  }

  /// The GObject; it owns this object, so the pointer is valid as long as `self` is.
  let element: UnsafeMutablePointer<GstExo2Ego>
  let shared = Mutex(Shared())
  /// Between start and stop only.
  var stream: Stream?
  /// Opened on the way to READY, until it starts.
  private var opened: Stream?

  init(element: UnsafeMutablePointer<GstExo2Ego>) {
    self.element = element
  }

  var aggregator: UnsafeMutablePointer<GstAggregator> { element.cast() }
  var gstElement: UnsafeMutablePointer<GstElement> { element.cast() }
  var sink: UnsafeMutablePointer<GstAggregatorPad> { element.pointee.sink }
  var source: UnsafeMutablePointer<GstPad> { element.pointee.parent.srcpad }

  /// The Swift half of an element, which instance init made before anything else could ask.
  static func of(_ element: UnsafeMutableRawPointer) -> Exo2EgoElement {
    let element = element.assumingMemoryBound(to: GstExo2Ego.self)
    guard let implementation = element.pointee.implementation else { fatalError("exo2ego: asked before instance init") }
    return Unmanaged<Exo2EgoElement>.fromOpaque(implementation).takeUnretainedValue()
  }

  /// Opens the engine, from NULL to READY, so that a wrong setting fails the state change.
  ///
  /// Not later: until this element is PAUSED its pads refuse what comes, and a branch that decodes in a bin may already send
  /// its first buffer. That ends the branch for good, with no error, and an engine takes long enough to open for it to happen.
  func open() -> Bool {
    let settings = shared.withLock { shared in
      shared.statistics = Statistics()
      return shared.settings
    }
    do {
      let stream = try Stream(element: self, settings: settings)
      let exo = stream.calibration.exo
      shared.withLock { $0.calibratedSize = (exo.width, exo.height) }
      opened = stream
      return true
    } catch {
      post(error)
      return false
    }
  }

  /// Starts what was opened, or opens it anew: after a run, and where a setting was changed in READY.
  func start() -> Bool {
    let settings = shared.withLock { $0.settings }
    if opened?.settings != settings {
      opened = nil
      guard open() else { return false }
    }
    stream = opened
    opened = nil
    stream?.declareLatency()
    return true
  }

  /// The folder that the `model` property stands for; empty for none. A default that is not installed is worth a warning.
  func folder(ofModel name: String) throws -> String {
    switch try ModelLibrary.installed().select(name) {
    case .folder(let path): return path
    case .none: return ""
    case .defaultIsMissing(let message):
      warn(message, .notFound)
      return ""
    }
  }

  func stop() {
    stream = nil
    shared.withLock { $0.mask }?.reset()
  }

  /// Lets go of what was opened and never started.
  func close() { opened = nil }
}
