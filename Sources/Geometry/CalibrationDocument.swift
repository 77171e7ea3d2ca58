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

    enum CodingKeys: String, CodingKey, CaseIterable {
      case model, width, height, f, fx, fy, cx, cy, radial, coefficients, tangential, thin_prism
      case rotate_clockwise_degrees, image_circle_radius, photometric, world_to_camera
    }
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

    enum CodingKeys: String, CodingKey, CaseIterable {
      case file, unit, metres_per_unit, kind, invalid, assumed_metres
    }
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
      isOne = Self.isOne(decoder)
      let container = try decoder.singleValueContainer()
      list = isOne ? [try container.decode([[Double]].self)] : try container.decode([[[Double]]].self)
    }

    /// Told by the first row's first element, which is a row itself in a list: what is wrong further on is then looked
    /// for, and named, in the right place.
    private static func isOne(_ decoder: any Decoder) -> Bool {
      guard var rows = try? decoder.unkeyedContainer(), !rows.isAtEnd else { return false }
      guard var row = try? rows.nestedUnkeyedContainer() else { return true }
      return row.isAtEnd || (try? row.nestedUnkeyedContainer()) == nil
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      if isOne, let one = list.first { try container.encode(one) } else { try container.encode(list) }
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
