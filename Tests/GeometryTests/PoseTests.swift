import Geometry
import Testing

@Suite struct PoseTests {
  @Test func inverseUndoesThePose() {
    let turn = Pose(rows: ([0, -1, 0], [1, 0, 0], [0, 0, 1]), translation: [1, 2, 3])
    let back = turn.inverse(turn([0.5, -4, 2]))
    #expect((back - [0.5, -4, 2]).max() < 1e-6)
    #expect(turn.composed(with: turn.inverse)([1, 1, 1]) == [1, 1, 1])
  }
}
