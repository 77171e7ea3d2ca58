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
  do {
    let document = Data(bytes: calibration_json, count: max(length, 0))
    let calibration = try Calibration(json: document, name: "document")
    let engine = try PriorEngine(calibration: calibration, settings: settings.pointee)
    return OpaquePointer(Unmanaged.passRetained(engine).toOpaque())
  } catch {
    write(error.message, into: errorText, capacity: error_capacity)
    return nil
  }
}

@c @implementation
public func egoprior_push(
  _ engine: OpaquePointer, _ frame: UnsafePointer<EgoPriorFrame>, _ pictures: UnsafePointer<EgoPriorPictures>,
  _ errorText: UnsafeMutablePointer<CChar>?, _ error_capacity: Int
) -> Int32 {
  do {
    try priorEngine(engine).push(frame.pointee, into: pictures.pointee)
    return 0
  } catch {
    write(error.message, into: errorText, capacity: error_capacity)
    return -1
  }
}

@c @implementation
public func egoprior_forget(_ engine: OpaquePointer) { priorEngine(engine).forget() }

@c @implementation
public func egoprior_destroy(_ engine: OpaquePointer?) {
  guard let engine else { return }
  Unmanaged<PriorEngine>.fromOpaque(UnsafeRawPointer(engine)).release()
}

private func priorEngine(_ engine: OpaquePointer) -> PriorEngine {
  Unmanaged<PriorEngine>.fromOpaque(UnsafeRawPointer(engine)).takeUnretainedValue()
}

@c @implementation
public func egocomposer_create(
  _ width: Int32, _ height: Int32, _ widest_model: Int32, _ errorText: UnsafeMutablePointer<CChar>?,
  _ error_capacity: Int
) -> OpaquePointer? {
  do {
    let composer = try FrameComposer(width: Int(width), height: Int(height), widestModel: Int(widest_model))
    return OpaquePointer(Unmanaged.passRetained(composer).toOpaque())
  } catch {
    write(error.message, into: errorText, capacity: error_capacity)
    return nil
  }
}

@c @implementation
public func egocomposer_compose(
  _ composer: OpaquePointer, _ frame: UnsafePointer<EgoComposition>, _ errorText: UnsafeMutablePointer<CChar>?,
  _ error_capacity: Int
) -> Int32 {
  do {
    try frameComposer(composer).compose(frame.pointee)
    return 0
  } catch {
    write(error.message, into: errorText, capacity: error_capacity)
    return -1
  }
}

@c @implementation
public func egocomposer_forget(_ composer: OpaquePointer) { frameComposer(composer).forget() }

@c @implementation
public func egocomposer_destroy(_ composer: OpaquePointer?) {
  guard let composer else { return }
  Unmanaged<FrameComposer>.fromOpaque(UnsafeRawPointer(composer)).release()
}

private func frameComposer(_ composer: OpaquePointer) -> FrameComposer {
  Unmanaged<FrameComposer>.fromOpaque(UnsafeRawPointer(composer)).takeUnretainedValue()
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
