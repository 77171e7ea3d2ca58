/// A small line chart as SVG: one x axis from the first sample on, one y axis from zero on.
struct LinePlot {
  struct Series {
    let name: String
    let colour: String
    let points: [(x: Double, y: Double)]
  }

  let title: String
  let xLabel: String
  let yLabel: String
  let series: [Series]

  private static let width = 800.0
  private static let height = 360.0
  private static let left = 64.0
  private static let right = 16.0
  private static let top = 40.0
  private static let bottom = 48.0

  var svg: String {
    let points = series.flatMap(\.points)
    let xEnd = max(points.map(\.x).max() ?? 1, 1e-9)
    let yEnd = Self.roundUp(max(points.map(\.y).max() ?? 1, 1e-9))
    func x(_ value: Double) -> Double { Self.left + value / xEnd * (Self.width - Self.left - Self.right) }
    func y(_ value: Double) -> Double {
      Self.height - Self.bottom - value / yEnd * (Self.height - Self.top - Self.bottom)
    }

    var out = """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(Int(Self.width))" height="\(Int(Self.height))" \
      font-family="sans-serif" font-size="12">
      <rect width="100%" height="100%" fill="white"/>
      <text x="\(Self.left)" y="20" font-size="14">\(Self.escaped(title))</text>
      <text x="\(Self.width / 2)" y="\(Self.height - 10)" text-anchor="middle">\(Self.escaped(xLabel))</text>
      <text x="16" y="\(Self.height / 2)" text-anchor="middle" \
      transform="rotate(-90 16 \(Self.height / 2))">\(Self.escaped(yLabel))</text>

      """
    for step in 0...4 {
      let share = Double(step) / 4
      out += """
        <line x1="\(Self.left)" x2="\(Self.width - Self.right)" y1="\(y(yEnd * share))" y2="\(y(yEnd * share))" \
        stroke="#ddd"/>
        <text x="\(Self.left - 6)" y="\(y(yEnd * share) + 4)" text-anchor="end">\(Self.short(yEnd * share))</text>
        <text x="\(x(xEnd * share))" y="\(Self.height - Self.bottom + 18)" text-anchor="middle">\
        \(Self.short(xEnd * share))</text>

        """
    }
    for (index, line) in series.enumerated() {
      let path = line.points.map { "\(Self.short(x($0.x))),\(Self.short(y($0.y)))" }.joined(separator: " ")
      out += """
        <polyline fill="none" stroke="\(line.colour)" stroke-width="1.5" points="\(path)"/>
        <text x="\(Self.width - Self.right)" y="\(20 + Double(index) * 14)" text-anchor="end" \
        fill="\(line.colour)">\(Self.escaped(line.name))</text>

        """
    }
    return out + "</svg>\n"
  }

  /// The next number of the form 1, 2 or 5 times a power of ten.
  private static func roundUp(_ value: Double) -> Double {
    var power = 1.0
    while power < value { power *= 10 }
    while power / 10 >= value { power /= 10 }
    for part in [0.1, 0.2, 0.5] where power * part >= value { return power * part }
    return power
  }

  private static func short(_ value: Double) -> String {
    let tenths = (value * 10).rounded() / 10
    return tenths == tenths.rounded() ? String(Int(tenths)) : String(tenths)
  }

  private static func escaped(_ text: String) -> String {
    String(
      text.flatMap { character -> [Character] in
        switch character {
        case "<": Array("&lt;")
        case "&": Array("&amp;")
        default: [character]
        }
      })
  }
}
