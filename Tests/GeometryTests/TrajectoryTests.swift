import Compute
import Geometry
import TestSupport
import Testing

/// Interpolation on SE(3), and what happens outside.
struct TrajectoryTests {
  /// `worldToCamera` of a camera at a place, turned about the vertical axis: x' = c x - s z, z' = s x + c z.
  private func camera(at centre: SIMD3<Float>, cosine: Float, sine: Float) -> Pose {
    var pose = Pose(rows: ([cosine, 0, -sine], [0, 1, 0], [sine, 0, cosine]), translation: .zero)
    pose.translation = -pose.rotate(centre)
    return pose
  }

  private func difference(_ a: Pose, _ b: Pose) -> Float {
    let gaps = [a.rows.0 - b.rows.0, a.rows.1 - b.rows.1, a.rows.2 - b.rows.2, a.translation - b.translation]
    return gaps.map { max(abs($0.x), abs($0.y), abs($0.z)) }.max() ?? 0
  }

  /// How far the rows are from being at right angles, of length 1 and right-handed.
  private func errorOfRotation(_ pose: Pose) -> Float {
    let (x, y, z) = pose.rows
    let cross = SIMD3(x.y * y.z - x.z * y.y, x.z * y.x - x.x * y.z, x.x * y.y - x.y * y.x)
    let gap = cross - z
    return [
      abs((x * x).sum() - 1), abs((y * y).sum() - 1), abs((x * y).sum()), abs(gap.x), abs(gap.y), abs(gap.z),
    ].max() ?? 1
  }

  @Test func midpointIsHalfTheWayAndHalfTheTurn() throws {
    let start = camera(at: [0, 0, 0], cosine: 1, sine: 0)
    let end = camera(at: [2, 0, -4], cosine: 0, sine: 1)
    let trajectory = try Trajectory(times: [1_000, 3_000], poses: [start, end])
    let (middle, isHeld) = trajectory.pose(at: 2_000)
    let half = Float(0.5).squareRoot()
    #expect(!isHeld)
    #expect(difference(middle, camera(at: [1, 0, -2], cosine: half, sine: half)) < 1e-6)
  }

  @Test func turnsTheShorterWay() throws {
    // From +170° to -170° about the vertical: 20° through 180°, not 340° through 0°.
    let (c, s) = (Float(-0.98480775), Float(0.17364818))
    let trajectory = try Trajectory(
      times: [0, 10], poses: [camera(at: .zero, cosine: c, sine: s), camera(at: .zero, cosine: c, sine: -s)])
    #expect(difference(trajectory.pose(at: 5).pose, camera(at: .zero, cosine: -1, sine: 0)) < 1e-5)
  }

  @Test func staysARotationOnTheWay() throws {
    var random = SeededRandom(seed: 4)
    for _ in 0..<300 {
      let pose = { (random: inout SeededRandom) throws -> Pose in
        var q = SIMD4<Double>.zero
        for i in 0..<4 { q[i] = Double.random(in: -1...1, using: &random) }
        q /= max((q * q).sum().squareRoot(), 1e-3)
        let p = SIMD3((0..<3).map { _ in Double.random(in: -5...5, using: &random) })
        return try Pose(position: p, quaternion: q, field: "test")
      }
      let (a, b) = (try pose(&random), try pose(&random))
      let t = Double.random(in: 0...1, using: &random)
      let between = a.interpolated(to: b, t)
      #expect(errorOfRotation(between) < 1e-5)
      let centre = a.centre + Float(t) * (b.centre - a.centre)
      let miss = between.centre - centre
      #expect((miss * miss).sum() < 1e-8)
    }
  }

  @Test func holdsTheEndsAndSaysSo() throws {
    let (a, b) = (camera(at: [1, 0, 0], cosine: 1, sine: 0), camera(at: [2, 0, 0], cosine: 1, sine: 0))
    let trajectory = try Trajectory(times: [100, 200], poses: [a, b])
    for (time, pose, held) in [(0, a, true), (100, a, false), (200, b, false), (201, b, true), (Int64.max, b, true)] {
      let found = trajectory.pose(at: Int64(time))
      #expect(found.pose == pose && found.isHeld == held, "at \(time)")
    }
    // A fixed camera is never out of its time.
    #expect(Trajectory(fixed: a).pose(at: .min).isHeld == false)
    #expect(Trajectory(fixed: a).pose(at: .max).pose == a)
  }

  @Test func findsTheRightPairAmongMany() throws {
    let times = (0..<1000).map { Int64($0 * $0) }
    let trajectory = try Trajectory(
      times: times, poses: times.indices.map { camera(at: [Float($0), 0, 0], cosine: 1, sine: 0) })
    for i in 0..<999 {
      let middle = (times[i] + times[i + 1]) / 2
      let share = Float(middle - times[i]) / Float(times[i + 1] - times[i])
      #expect(abs(trajectory.pose(at: middle).pose.centre.x - (Float(i) + share)) < 1e-3)
    }
  }

  @Test func refusesTimesThatDoNotRise() {
    let unmoved = #expect(throws: Failure.self) {
      try Trajectory(times: [0, 5, 5], poses: [.identity, .identity, .identity])
    }
    #expect(unmoved?.kind == .pose)
    #expect(unmoved?.message.contains("5 ns") == true)
    #expect(throws: Failure.self) { try Trajectory(times: [], poses: []) }
    #expect(throws: Failure.self) { try Trajectory(times: [0, 1], poses: [.identity]) }
  }
}
