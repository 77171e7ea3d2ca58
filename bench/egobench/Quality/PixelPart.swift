/// Which pixels of a picture a figure is about.
enum PixelPart: CaseIterable {
  case all, observed, unobserved

  /// What stands behind a figure's name.
  var suffix: String {
    switch self {
    case .all: ""
    case .observed: "_observed"
    case .unobserved: "_unobserved"
    }
  }
}

/// Sums over the observed and the unobserved pixels of a picture; a pixel may count in part.
struct PartSums {
  private var observed = (total: 0.0, weight: 0.0)
  private var unobserved = (total: 0.0, weight: 0.0)

  mutating func add(_ value: Double, isObserved: Bool) { add(value, observedShare: isObserved ? 1 : 0) }

  mutating func add(_ value: Double, observedShare share: Double) {
    observed.total += share * value
    observed.weight += share
    unobserved.total += (1 - share) * value
    unobserved.weight += 1 - share
  }

  func count(of part: PixelPart) -> Int { Int(sum(of: part).weight) }

  /// `nil` where there is no such pixel.
  func mean(of part: PixelPart) -> Double? {
    let sum = sum(of: part)
    return sum.weight > 0 ? sum.total / sum.weight : nil
  }

  private func sum(of part: PixelPart) -> (total: Double, weight: Double) {
    switch part {
    case .all: (observed.total + unobserved.total, observed.weight + unobserved.weight)
    case .observed: observed
    case .unobserved: unobserved
    }
  }
}
