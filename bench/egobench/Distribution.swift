/// The tail of a set of times, in milliseconds.
struct Distribution: Encodable {
  let p50: Double
  let p95: Double
  let p99: Double
  let max: Double

  /// `nil` when there are none.
  init?(seconds: [Double]) {
    guard !seconds.isEmpty else { return nil }
    let sorted = seconds.sorted()
    // The nearest rank: always a time that did occur.
    func rank(_ share: Double) -> Double {
      let index = Int((share * Double(sorted.count)).rounded(.up)) - 1
      return rounded(sorted[Swift.max(0, Swift.min(index, sorted.count - 1))] * 1000)
    }
    p50 = rank(0.50)
    p95 = rank(0.95)
    p99 = rank(0.99)
    max = rounded((sorted.last ?? 0) * 1000)
  }
}
