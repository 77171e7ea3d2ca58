public import CEgoPrior
import Compute
import FoundationEssentials
import Geometry

// The C functions. Each finds the Swift object and hands over; a `Failure` becomes its message.

@c @implementation
public func egoprior_create(
  _ calibration_json: UnsafePointer<CChar>, _ length: Int, _ settings: UnsafePointer<EgoPriorSettings>,
  _ errorText: UnsafeMutablePointer<CChar>?, _ error_capacity: Int
) -> OpaquePointer? {
  retained(errorText, error_capacity) { () throws(Failure) in
    let document = Data(bytes: calibration_json, count: max(length, 0))
    let calibration = try Calibration(json: document, name: "document")
    return try PriorEngine(calibration: calibration, settings: settings.pointee)
  }
}

@c @implementation
public func egoprior_push(
  _ engine: OpaquePointer, _ frame: UnsafePointer<EgoPriorFrame>, _ pictures: UnsafePointer<EgoPriorPictures>,
  _ errorText: UnsafeMutablePointer<CChar>?, _ error_capacity: Int
) -> Int32 {
  status(errorText, error_capacity) { () throws(Failure) in
    try object(engine, PriorEngine.self).push(frame.pointee, into: pictures.pointee)
  }
}

@c @implementation
public func egoprior_forget(_ engine: OpaquePointer) { object(engine, PriorEngine.self).forget() }

@c @implementation
public func egoprior_destroy(_ engine: OpaquePointer?) {
  guard let engine else { return }
  Unmanaged<PriorEngine>.fromOpaque(UnsafeRawPointer(engine)).release()
}

@c @implementation
public func egocomposer_create(
  _ width: Int32, _ height: Int32, _ widest_model: Int32, _ errorText: UnsafeMutablePointer<CChar>?,
  _ error_capacity: Int
) -> OpaquePointer? {
  retained(errorText, error_capacity) { () throws(Failure) in
    try FrameComposer(width: Int(width), height: Int(height), widestModel: Int(widest_model))
  }
}

@c @implementation
public func egocomposer_compose(
  _ composer: OpaquePointer, _ frame: UnsafePointer<EgoComposition>, _ errorText: UnsafeMutablePointer<CChar>?,
  _ error_capacity: Int
) -> Int32 {
  status(errorText, error_capacity) { () throws(Failure) in
    try object(composer, FrameComposer.self).compose(frame.pointee)
  }
}

@c @implementation
public func egocomposer_destroy(_ composer: OpaquePointer?) {
  guard let composer else { return }
  Unmanaged<FrameComposer>.fromOpaque(UnsafeRawPointer(composer)).release()
}

/// What `make` makes, kept alive for C until it is released; `nil` and the failure's message where it fails.
private func retained<Object: AnyObject>(
  _ errorText: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ make: () throws(Failure) -> Object
) -> OpaquePointer? {
  do {
    return OpaquePointer(Unmanaged.passRetained(try make()).toOpaque())
  } catch {
    write(error.message, into: errorText, capacity: capacity)
    return nil
  }
}

/// 0; or -1 and the failure's message.
private func status(
  _ errorText: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ body: () throws(Failure) -> Void
) -> Int32 {
  do {
    try body()
    return 0
  } catch {
    write(error.message, into: errorText, capacity: capacity)
    return -1
  }
}

private func object<Object: AnyObject>(_ pointer: OpaquePointer, _: Object.Type) -> Object {
  Unmanaged<Object>.fromOpaque(UnsafeRawPointer(pointer)).takeUnretainedValue()
}

/// Copies as much of `text` as fits, with a closing zero.
private func write(_ text: String, into buffer: UnsafeMutablePointer<CChar>?, capacity: Int) {
  guard let buffer, capacity > 0 else { return }
  var written = 0
  for byte in text.utf8.prefix(capacity - 1) {
    buffer[written] = CChar(bitPattern: byte)
    written += 1
  }
  buffer[written] = 0
}
