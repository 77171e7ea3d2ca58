import Glibc

/// A picture as planes of floats, 0…255, one after another; row by row.
struct Picture {
  let width: Int
  let height: Int
  var planes: [[Float]]

  init(width: Int, height: Int, planes: [[Float]]) {
    self.width = width
    self.height = height
    self.planes = planes
  }

  /// Of packed RGB.
  init(_ bytes: [UInt8], width: Int, height: Int) {
    self.init(
      width: width, height: height,
      planes: (0..<3).map { channel in (0..<width * height).map { Float(bytes[$0 * 3 + channel]) } })
  }

  /// Luma as OpenCV and most players weigh it.
  var grey: [Float] {
    (0..<width * height).map { 0.299 * planes[0][$0] + 0.587 * planes[1][$0] + 0.114 * planes[2][$0] }
  }

  func map(_ body: ([Float]) -> [Float]) -> Picture { Picture(width: width, height: height, planes: planes.map(body)) }

  /// Smoothed by a Gaussian of `sigma` pixels; the border is mirrored without repeating its last pixel.
  func smoothed(sigma: Double) -> Picture {
    let radius = max(1, Int((3 * sigma).rounded()))
    let raw = (-radius...radius).map { Float(exp(-Double($0 * $0) / (2 * sigma * sigma))) }
    let sum = raw.reduce(0, +)
    let kernel = raw.map { $0 / sum }
    return map { filtered($0, width, height, kernel) }
  }
}

/// A separable filter of odd length, mirrored at the border.
func filtered(_ plane: [Float], _ width: Int, _ height: Int, _ kernel: [Float]) -> [Float] {
  let radius = kernel.count / 2
  func mirrored(_ place: Int, _ size: Int) -> Int {
    guard size > 1 else { return 0 }
    var place = abs(place)
    let period = 2 * (size - 1)
    place %= period
    return place < size ? place : period - place
  }
  let columns = (-radius..<width + radius).map { mirrored($0, width) }
  let rows = (-radius..<height + radius).map { mirrored($0, height) }
  var across = [Float](repeating: 0, count: plane.count)
  var result = across
  plane.withUnsafeBufferPointer { plane in
    across.withUnsafeMutableBufferPointer { across in
      for y in 0..<height {
        for x in 0..<width {
          var sum: Float = 0
          for (tap, weight) in kernel.enumerated() { sum += weight * plane[y &* width &+ columns[x &+ tap]] }
          across[y &* width &+ x] = sum
        }
      }
    }
  }
  across.withUnsafeBufferPointer { across in
    result.withUnsafeMutableBufferPointer { result in
      for y in 0..<height {
        for (tap, weight) in kernel.enumerated() {
          let from = rows[y &+ tap] &* width
          for x in 0..<width { result[y &* width &+ x] += weight * across[from &+ x] }
        }
      }
    }
  }
  return result
}
