/// The inverse of the normal distribution, for probabilities that a 32-bit word can express.
///
/// Wichura's algorithm AS 241 (PPND16, 1988), good to about 1e-16. Only + − × ÷ and square roots occur, the logarithm
/// included, and each of those has one correct result in IEEE arithmetic: every machine finds the same bits, which no
/// mathematical library promises for its own logarithm.
enum NormalQuantile {
  /// - Parameter probability: From 2⁻³³ to 1 − 2⁻³³. (AS 241 has a third branch, for tails thinner than that.)
  static func value(_ probability: Double) -> Double {
    let offset = probability - 0.5
    if abs(offset) <= 0.425 {
      let r = 0.180625 - offset * offset
      return offset * polynomial(r, middleNumerator) / polynomial(r, middleDenominator)
    }
    let tail = offset < 0 ? probability : 1 - probability
    let r = (-logarithm(tail)).squareRoot() - 1.6
    let magnitude = polynomial(r, tailNumerator) / polynomial(r, tailDenominator)
    return offset < 0 ? -magnitude : magnitude
  }

  /// The natural logarithm of a positive normal number, by ln x = e · ln 2 + 2 artanh((m − 1) / (m + 1)).
  static func logarithm(_ x: Double) -> Double {
    var (mantissa, exponent) = (x.significand, Double(x.exponent))
    if mantissa > 1.414_213_562_373_095_1 { (mantissa, exponent) = (mantissa / 2, exponent + 1) }
    let s = (mantissa - 1) / (mantissa + 1)
    let square = s * s
    // |s| < 0.172: the first term left out is below 1e-19.
    var sum = 0.0
    for power in stride(from: 23.0, through: 1, by: -2) { sum = sum * square + 1 / power }
    return exponent * 0.693_147_180_559_945_3 + 2 * s * sum
  }

  /// Coefficients from the lowest power up.
  @inline(__always)
  private static func polynomial(_ x: Double, _ c: Coefficients) -> Double {
    ((((((c.7 * x + c.6) * x + c.5) * x + c.4) * x + c.3) * x + c.2) * x + c.1) * x + c.0
  }

  private typealias Coefficients = (Double, Double, Double, Double, Double, Double, Double, Double)

  private static let middleNumerator: Coefficients = (
    3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125, 45921.953931549871457,
    67265.770927008700853, 33430.575583588128105, 2509.0809287301226727
  )
  private static let middleDenominator: Coefficients = (
    1, 42.313330701600911252, 687.18700749205790830, 5394.1960214247511077, 21213.794301586595867,
    39307.895800092710610, 28729.085735721942674, 5226.4952788528545610
  )
  private static let tailNumerator: Coefficients = (
    1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
    1.27045825245236838258, 0.241780725177450611770, 0.0227238449892691845833, 0.000774545014278341407640
  )
  private static let tailDenominator: Coefficients = (
    1, 2.05319162663775882187, 1.67638483018380384940, 0.689767334985100004550, 0.148103976427480074590,
    0.0151986665636164571966, 0.000547593808499534494600, 0.00000000105075007164441684324
  )
}
