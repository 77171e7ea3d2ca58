import ClipIO
import Compute

/// One picture of a few moments of a clip: a row a moment, a labelled column a video.
final class SheetWriter {
  enum Column: Int, CaseIterable {
    case exo, prior, ours, egoxPrior, truth

    var label: String {
      switch self {
      case .exo: "exo"
      case .prior: "prior"
      case .ours: "ego"
      case .egoxPrior: "EgoX prior"
      case .truth: "truth"
      }
    }
  }

  private struct Cell {
    let pixels: [UInt8]
    let width: Int
    let height: Int
  }

  private let file: String
  /// Which frames are shown: one in the middle of each quarter.
  let moments: [Int]
  private var cells: [Column: [Int: Cell]] = [:]
  private static let rows = 4
  private static let pictureWidth = 1600

  init(file: String, frames: Int) {
    self.file = file
    moments = (0..<Self.rows).map { (2 * $0 + 1) * max(frames, 1) / (2 * Self.rows) }
  }

  /// Takes a frame of 4 bytes a pixel if it is one of those shown.
  func add(_ frame: DecodedFrame, column: Column, index: Int) throws {
    guard moments.contains(index) else { return }
    let rgbx = frame.packed(bytesPerPixel: 4)
    var rgb = [UInt8]()
    rgb.reserveCapacity(frame.width * frame.height * 3)
    for pixel in stride(from: 0, to: rgbx.count, by: 4) { rgb += rgbx[pixel..<pixel + 3] }
    try add(rgb, width: frame.width, height: frame.height, column: column, index: index)
  }

  /// Takes a frame of packed RGB if it is one of those shown.
  func add(_ pixels: [UInt8], width: Int, height: Int, column: Column, index: Int) throws {
    guard moments.contains(index) else { return }
    cells[column, default: [:]][index] = Cell(pixels: pixels, width: width, height: height)
  }

  /// Writes the file.
  func finish() throws {
    let columns = Column.allCases.filter { cells[$0] != nil }
    let shown = moments.filter { moment in columns.contains { cells[$0]?[moment] != nil } }
    let widths = columns.map { column in cells[column]?.values.map(\.width).max() ?? 0 }
    let rowHeight = cells.values.flatMap(\.values).map(\.height).max() ?? 0
    let width = widths.reduce(0, +)
    let height = rowHeight * shown.count
    guard width > 0, height > 0 else { throw Failure(.format, "\(file): no frames to show") }

    var canvas = [UInt8](repeating: 0, count: width * height * 3)
    var left = 0
    var labels: [(text: String, x: Int, y: Int)] = []
    for (column, columnWidth) in zip(columns, widths) {
      labels.append((column.label, left, 0))
      for (row, moment) in shown.enumerated() {
        if column == columns.first, row > 0 { labels.append(("frame \(moment)", left, row * rowHeight)) }
        guard let cell = cells[column]?[moment] else { continue }
        for y in 0..<cell.height {
          let from = y * cell.width * 3
          let to = ((row * rowHeight + y) * width + left) * 3
          canvas.replaceSubrange(to..<to + cell.width * 3, with: cell.pixels[from..<from + cell.width * 3])
        }
      }
      left += columnWidth
    }
    if let first = shown.first { labels[0].text += "  ·  frame \(first)" }

    let scale = Double(Self.pictureWidth) / Double(width)
    let scaledHeight = Int(Double(height) * scale)
    let scaler = "videoscale ! video/x-raw,width=\(Self.pictureWidth),height=\(scaledHeight),pixel-aspect-ratio=1/1"
    let overlays = labels.map { label in
      "textoverlay text=\(launchQuoted(label.text)) font-desc=\(launchQuoted("Sans 13")) auto-resize=false "
        + "shaded-background=true halignment=left valignment=top "
        + "xpad=\(Int(Double(label.x) * scale) + 8) ypad=\(Int(Double(label.y) * scale) + 8)"
    }
    let writer = try FrameWriter(
      file: file, ending: .png, format: .rgb, width: width, height: height, framesPerSecond: 1,
      filters: [scaler] + overlays)
    try canvas.withUnsafeBytes { try writer.write($0) }
    try writer.finish()
  }
}
