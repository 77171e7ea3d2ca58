import ClipIO
import Compute
import Glibc

/// Where exo frames come from, as the beginning of a launch line.
enum ExoInput {
  case webcam(device: String)
  case test
  case file(String)
  case rtsp(String)

  /// `webcam`, `webcam:/dev/video2`, `test`, `rtsp://…`, or a file.
  init(_ text: String) throws(Failure) {
    if text == "webcam" {
      self = .webcam(device: "/dev/video0")
    } else if text.hasPrefix("webcam:") {
      self = .webcam(device: String(text.dropFirst("webcam:".count)))
    } else if isCamera(text) {
      self = .webcam(device: text)
    } else if text == "test" {
      self = .test
    } else if text.hasPrefix("rtsp://") {
      self = .rtsp(text)
    } else {
      try requireRegularFile(
        text, what: "input", expected: "webcam, webcam:/dev/videoN, test, rtsp://... or a video file")
      self = .file(text)
    }
  }

  func launch(width: Int, height: Int) -> String {
    let size = "video/x-raw,width=\(width),height=\(height)"
    return switch self {
    // A camera is asked for the calibration's size; recordings have theirs, and the element says when it does not fit.
    case .webcam(let device): "v4l2src device=\(launchQuoted(device)) ! \(size)"
    case .test: "videotestsrc is-live=true pattern=ball ! \(size),framerate=30/1"
    case .file(let path): "filesrc location=\(launchQuoted(path)) ! decodebin ! videoconvert"
    case .rtsp(let address): "rtspsrc location=\(launchQuoted(address)) latency=100 ! decodebin ! videoconvert"
    }
  }
}

/// Where ego frames go, as the end of a launch line.
enum EgoOutput {
  case window
  case file(String)
  case rtsp(String)
  case nowhere

  /// `window`, `none`, `rtsp://…`, or a file that ends in .mp4 or .mkv.
  init(_ text: String) throws(Failure) {
    if text == "window" {
      self = .window
    } else if text == "none" {
      self = .nowhere
    } else if text.hasPrefix("rtsp://") {
      self = .rtsp(text)
    } else if text.hasSuffix(".mp4") || text.hasSuffix(".mkv") {
      self = .file(text)
    } else {
      throw Failure(
        .setting, "output \(text): unknown; expected window, none, rtsp://HOST:PORT/PATH, or a file .mp4 or .mkv")
    }
  }

  var launch: String {
    let live = "x264enc tune=zerolatency speed-preset=veryfast key-int-max=30"
    return switch self {
    case .window: "videoconvert ! autovideosink"
    case .nowhere: "fakesink sync=false"
    case .rtsp(let address):
      "videoconvert ! \(live) ! h264parse ! rtspclientsink location=\(launchQuoted(address)) latency=0"
    case .file(let path):
      "videoconvert ! x264enc pass=qual quantizer=18 ! video/x-h264,profile=high ! h264parse ! "
        + "\(path.hasSuffix(".mkv") ? "matroskamux" : "mp4mux") ! filesink location=\(launchQuoted(path))"
    }
  }
}

/// A whole launch line from camera to output, a line of text for each branch.
func launchLine(
  input: ExoInput, depth: DepthInput?, element: String, width: Int, height: Int, output: String
) -> String {
  // Each branch has a queue of its own, so that no slow one holds a camera's thread up; short, so that none is late.
  let queue = "queue max-size-buffers=3 max-size-bytes=0 max-size-time=0"
  var line = "\(input.launch(width: width, height: height)) ! \(queue) ! \(element) ! \(queue) ! \(output)"
  if let depth {
    line += "  \(depth.launch(width: width, height: height)) ! \(queue) ! view.depth"
  }
  return line
}

/// - Throws: `Failure` where no window can open: the sinks that would be tried say little, or crash.
func requireDisplay() throws(Failure) {
  let hasDisplay = ["DISPLAY", "WAYLAND_DISPLAY"].contains { (name: String) in
    getenv(name).map { $0.pointee != 0 } ?? false
  }
  guard hasDisplay else {
    throw Failure(
      .setting,
      "output window: no display, neither DISPLAY nor WAYLAND_DISPLAY is set; expected one, or another --output: "
        + "rtsp://HOST:PORT/PATH, a file .mp4 or .mkv, or none ('egostream serve' serves viewers elsewhere)")
  }
}

/// Whether a path is that of a camera, though it may not be plugged in: /dev/fd and /dev/stdin can be anything.
func isCamera(_ path: String) -> Bool { path.hasPrefix("/dev/") && (isCharacterDevice(path) || !isThere(path)) }
