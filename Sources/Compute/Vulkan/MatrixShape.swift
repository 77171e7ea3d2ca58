import CVulkan

/// A product of matrices that a device's own units do at once: rows × depth by depth × columns, of halves, added up in
/// 32 bits, by one subgroup.
public struct MatrixShape: Sendable, Hashable {
  public let rows: Int
  public let columns: Int
  public let depth: Int

  public init(rows: Int, columns: Int, depth: Int) {
    self.rows = rows
    self.columns = columns
    self.depth = depth
  }

  /// How many multiplications it stands for.
  var volume: Int { rows * columns * depth }

  /// Those that a driver offers and our shaders can take, most work first.
  static func offered(_ handle: VkPhysicalDevice, _ functions: InstanceFunctions) -> [MatrixShape] {
    guard let getMatrices = functions.getCooperativeMatrices else { return [] }
    var empty = VkCooperativeMatrixPropertiesKHR()
    empty.sType = VK_STRUCTURE_TYPE_COOPERATIVE_MATRIX_PROPERTIES_KHR
    let shapes = list(empty: empty) { getMatrices(handle, $0, $1) }.filter {
      $0.AType == VK_COMPONENT_TYPE_FLOAT16_KHR && $0.BType == VK_COMPONENT_TYPE_FLOAT16_KHR
        && $0.CType == VK_COMPONENT_TYPE_FLOAT32_KHR && $0.ResultType == VK_COMPONENT_TYPE_FLOAT32_KHR
        && $0.saturatingAccumulation == 0 && $0.scope == VK_SCOPE_SUBGROUP_KHR
    }.map { MatrixShape(rows: Int($0.MSize), columns: Int($0.NSize), depth: Int($0.KSize)) }
    return Array(Set(shapes.filter(\.isUsable))).sorted {
      ($0.volume, $0.rows, $0.columns) > ($1.volume, $1.rows, $1.columns)
    }
  }

  /// Tiles are stored eight halves to a word, and their sides are powers of two: see `Shaders/Compute/cooperative.glsl`.
  var isUsable: Bool {
    [rows, columns, depth].allSatisfy { $0 >= 8 && $0 <= 64 && $0 & ($0 - 1) == 0 }
  }
}
