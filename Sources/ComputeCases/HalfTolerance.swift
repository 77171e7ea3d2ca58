extension ComputeCase {
  /// The largest ‖error‖ ÷ ‖result‖ that is right where results are stored as halves.
  ///
  /// Rounding each of many numbers to the nearest comes to 2.1·10⁻⁴, a single one by chance to 4.9·10⁻⁴; cutting them off
  /// would come to twice that, which these bounds notice.
  /// - Parameters:
  ///   - count: Of the result's numbers.
  ///   - onMatrixUnits: Whether attention's weights are halves too.
  public func halfTolerance(count: Int, onMatrixUnits: Bool = false) -> Double {
    let chance = 5e-4 / Double(max(count, 1)).squareRoot()
    // Rounded as large numbers are, before the mean is taken away.
    if name.contains("far from zero") { return 3e-3 + chance }
    // Halves go from operation to operation.
    if operation == "network" { return (onMatrixUnits ? 1e-3 : 6e-4) + chance }
    return (onMatrixUnits && operation == "attention" ? 6e-4 : 3.5e-4) + chance
  }
}
