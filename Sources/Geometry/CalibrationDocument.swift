/// The calibration document as it stands in JSON, before any of it is believed.
///
/// Field names are the document's own; `Calibration+Document.swift` checks them and says what is wrong.
struct CalibrationDocument: Codable {
  var name: String?
  var source: String?
  var fps: Double?
  var frames: Int?
  var exo: CameraDocument
  var ego: CameraDocument
  var depth: DepthDocument?
  var prompt: String?

  struct CameraDocument: Codable {
    var model: String
    var width: Int
    var height: Int
    var f: Double?
    var fx: Double?
    var fy: Double?
    var cx: Double
    var cy: Double
    var radial: [Double]?
    var coefficients: [Double]?
    var tangential: [Double]?
    var thin_prism: [Double]?
    var rotate_clockwise_degrees: Int?
    var image_circle_radius: Double?
    var photometric: PhotometricDocument?
    var world_to_camera: MatricesDocument?
  }

  struct PhotometricDocument: Codable {
    var vignette: [[Double]]?
    var gain_rgb: [Double]?
  }

  struct DepthDocument: Codable {
    var file: String?
    var unit: String?
    var metres_per_unit: Double?
    var kind: String?
    var invalid: Int?
    var assumed_metres: Double?
  }

  /// One matrix or a list of them, each with rows of four numbers.
  struct MatricesDocument: Codable {
    var list: [[[Double]]]
    var isOne: Bool

    init(list: [[[Double]]], isOne: Bool) {
      self.list = list
      self.isOne = isOne
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      do {
        let one = try container.decode([[Double]].self)
        isOne = !one.isEmpty
        list = one.isEmpty ? [] : [one]
      } catch let asOne as DecodingError {
        isOne = false
        do {
          list = try container.decode([[[Double]]].self)
        } catch let asList as DecodingError {
          // Neither reads; the attempt that got further in meets what is really wrong.
          throw asList.codingPath.count > asOne.codingPath.count ? asList : asOne
        }
      }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      if isOne, let one = list.first { try container.encode(one) } else { try container.encode(list) }
    }
  }
}

extension DecodingError {
  fileprivate var codingPath: [any CodingKey] {
    switch self {
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
      .dataCorrupted(let context):
      context.codingPath
    @unknown default: []
    }
  }
}

// Preferred to the standard library's own in this module: `JSONDecoder` calls a whole document invalid over a fraction in
// the place of a whole number, and does not say where.
extension KeyedDecodingContainer {
  func decode(_ type: Int.Type, forKey key: Key) throws -> Int {
    let number = try decode(Double.self, forKey: key)
    guard let whole = Int(exactly: number) else {
      throw DecodingError.dataCorruptedError(
        forKey: key, in: self, debugDescription: "\(number) is not a whole number in range")
    }
    return whole
  }

  func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? {
    guard contains(key), try !decodeNil(forKey: key) else { return nil }
    return try decode(Int.self, forKey: key)
  }
}
