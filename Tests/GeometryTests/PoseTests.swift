import Geometry
import Testing

@Suite struct PoseTests {
  @Test func inverseUndoesThePose() {
    let turn = Pose(rows: ([0, -1, 0], [1, 0, 0], [0, 0, 1]), translation: [1, 2, 3])
    let miss = turn.inverse(turn([0.5, -4, 2])) - [0.5, -4, 2]
    #expect(max(abs(miss.x), abs(miss.y), abs(miss.z)) < 1e-6)
  }
}
