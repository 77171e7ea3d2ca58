/// SSIM of Wang and others (2004) as scikit-image computes it: a 7 × 7 box, sample covariance, the mean of the channels.
enum StructuralSimilarity {
  private static let window = 7

  /// One value a pixel; `nil` at the three pixels next to the border, which have no whole window.
  static func map(_ a: Picture, _ b: Picture) -> [Float?] {
    let (width, height) = (a.width, a.height)
    let half = window / 2
    var sums = [Float](repeating: 0, count: width * height)
    for channel in 0..<3 {
      let (x, y) = (a.planes[channel], b.planes[channel])
      let box = { (plane: [Float]) in boxMeans(plane, width, height) }
      let (meanX, meanY) = (box(x), box(y))
      let xx = box(zip(x, x).map { $0 * $1 })
      let yy = box(zip(y, y).map { $0 * $1 })
      let xy = box(zip(x, y).map { $0 * $1 })
      let count = Float(window * window)
      let unbiased = count / (count - 1)
      let (c1, c2) = (Float(0.01 * 255 * 0.01 * 255), Float(0.03 * 255 * 0.03 * 255))
      for i in sums.indices {
        let (mx, my) = (meanX[i], meanY[i])
        let varianceX = unbiased * (xx[i] - mx * mx)
        let varianceY = unbiased * (yy[i] - my * my)
        let covariance = unbiased * (xy[i] - mx * my)
        let top = (2 * mx * my + c1) * (2 * covariance + c2)
        sums[i] += top / ((mx * mx + my * my + c1) * (varianceX + varianceY + c2)) / 3
      }
    }
    return sums.indices.map { i in
      let (x, y) = (i % width, i / width)
      return x >= half && y >= half && x < width - half && y < height - half ? sums[i] : nil
    }
  }

  private static func boxMeans(_ plane: [Float], _ width: Int, _ height: Int) -> [Float] {
    filtered(plane, width, height, [Float](repeating: 1 / Float(window), count: window))
  }
}
