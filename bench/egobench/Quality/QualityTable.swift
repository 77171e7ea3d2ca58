/// A clip's figures for people: the product's, then those of the naive outputs; of whole pictures, observed and unobserved pixels.
struct QualityTable {
  let text: String

  init(_ title: String, _ output: QualityTally.Result, _ naive: [String: QualityTally.Result]) {
    func padded(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(width - text.count, 0)) + text
    }
    func row(_ name: String, _ result: QualityTally.Result) -> [String] {
      PixelPart.allCases.map { part in
        let label = part == .all ? name : "  " + part.suffix.dropFirst()
        let figures = QualityTally.names.map { figure in result[figure + part.suffix].map { "\($0)" } ?? "-" }
        return label + String(repeating: " ", count: max(18 - label.count, 1))
          + figures.map { padded($0, 14) }.joined()
      }
    }
    var lines = [title, String(repeating: " ", count: 18) + QualityTally.names.map { padded($0, 14) }.joined()]
    lines += row("output", output)
    for (name, result) in naive.sorted(by: { $0.key < $1.key }) { lines += row(name, result) }
    if let truth = output["warping_error_of_truth"] { lines.append("the truth's own warping_error: \(truth)") }
    text = lines.joined(separator: "\n")
  }
}
