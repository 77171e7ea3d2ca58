/// How a Vulkan device multiplies matrices of halves.
public enum MatrixPath: String, Sendable, CaseIterable {
  /// On matrix units where a hardware device has them: software only imitates them, slower than it multiplies otherwise.
  case automatic
  /// On the ordinary units, which every device has.
  case plain
  /// On matrix units; an error where there are none. Operands that are no halves go the plain way all the same.
  case cooperative

  /// What may be multiplied on matrix units: nothing, for the plain path.
  /// - Parameter choice: `nil` takes what `EGOSTREAM_VULKAN_MATRICES` says, `automatic` when it says nothing.
  /// - Throws: `.setting` for a word that the variable does not know; `.deviceNotFound` when the device has no such units.
  package static func shapes(_ choice: MatrixPath?, _ report: VulkanDeviceReport) throws(Failure) -> [MatrixShape] {
    let offered = report.capabilities.matrixShapes
    var path = choice
    if path == nil { path = try fromEnvironment() }
    switch path ?? .automatic {
    case .plain: return []
    case .automatic: return report.isSoftware ? [] : offered
    case .cooperative:
      guard !offered.isEmpty else {
        throw Failure(
          .deviceNotFound, "\(report.name) has no cooperative matrices of halves with sums in 32 bits")
      }
      return offered
    }
  }

  private static func fromEnvironment() throws(Failure) -> MatrixPath? {
    guard let word = environment("EGOSTREAM_VULKAN_MATRICES") else { return nil }
    guard let path = MatrixPath(rawValue: word) else {
      let known = allCases.map(\.rawValue).joined(separator: ", ")
      throw Failure(.setting, "EGOSTREAM_VULKAN_MATRICES: '\(word)' is unknown; known: \(known)")
    }
    return path
  }
}
