import Compute

/// The device memory of a `VulkanGeometry`, and the commands over it.
final class VulkanGeometryBuffers {
  let device: VulkanDevice
  let parameters: VulkanBuffer
  let counters: VulkanBuffer
  let lastSeen: VulkanBuffer
  private let picture: VulkanBuffer
  private let samples: VulkanBuffer
  private let rays: VulkanBuffer
  private let lifted: VulkanBuffer
  private let agreeing: VulkanBuffer
  private let marks: VulkanBuffer
  private let points: VulkanBuffer
  private let sides: VulkanBuffer
  private let colours: VulkanBuffer
  private let freeSlots: VulkanBuffer
  private let nearest: VulkanBuffer
  private let sums: VulkanBuffer
  private let visible: VulkanBuffer
  private let colour: VulkanBuffer
  private let distance: VulkanBuffer
  private let levels: VulkanBuffer
  private let uploadedPicture: VulkanBuffer
  private let uploadedSamples: VulkanBuffer
  private let fetchedColour: VulkanBuffer
  /// Made when it is first asked for.
  private var fetchedDistance: VulkanBuffer?
  private let fetchedFill: VulkanBuffer
  private let pyramid: FillPyramid
  private let width: Int
  private let height: Int
  private let exoWidth: Int
  private let exoHeight: Int
  private let gridPixels: SIMD3<Int>
  private let capacity: Int

  init(device: VulkanDevice, view: ExoView, prior: Prior, mapCapacity: Int) throws(Failure) {
    self.device = device
    width = prior.width
    height = prior.height
    exoWidth = view.width
    exoHeight = view.height
    gridPixels = SIMD3(view.gridWidth, view.gridHeight, 1)
    capacity = mapCapacity
    let (grid, ego, exo) = (view.count, prior.width * prior.height, view.width * view.height)
    pyramid = FillPyramid(width: prior.width, height: prior.height)
    func make(_ bytes: Int, _ placement: VulkanBuffer.Placement, _ label: String) throws(Failure) -> VulkanBuffer {
      try VulkanBuffer(device, byteCount: bytes, placement, label: label)
    }
    parameters = try make(MemoryLayout<GeometryParameters>.stride, .parameters, "geometry parameters")
    counters = try make(39 * 4, .parameters, "map counters")
    lastSeen = try make(mapCapacity * 4, .device, "map: last seen")
    points = try make(mapCapacity * 16, .device, "map: positions")
    sides = try make(mapCapacity * 32, .device, "map: sides")
    colours = try make(mapCapacity * 8, .device, "map: colours")
    freeSlots = try make(mapCapacity * 4, .device, "map: free slots")
    picture = try make(exo * 4, .device, "exo picture")
    samples = try make((exo + 1) / 2 * 4, .device, "exo depth")
    rays = try make(grid * 16, .device, "exo rays")
    lifted = try make(grid * 16, .device, "lifted depth")
    agreeing = try make(grid * 4, .device, "agreeing points")
    marks = try make(grid * 4, .device, "pixel marks")
    nearest = try make(ego * 4, .device, "nearest distance")
    sums = try make(ego * 16, .device, "splat sums")
    visible = try make(ego * 4, .device, "lens field")
    colour = try make(ego * 4, .device, "prior colour")
    distance = try make(ego * 4, .device, "prior distance")
    levels = try make(pyramid.count * 16, .device, "fill levels")
    uploadedPicture = try make(exo * 4, .upload, "exo picture, staged")
    uploadedSamples = try make((exo + 1) / 2 * 4, .upload, "exo depth, staged")
    fetchedColour = try make(ego * 4, .download, "prior colour, fetched")
    fetchedFill = try make(ego * 16, .download, "filled picture, fetched")
    try uploadField(prior)
  }

  // MARK: Commands

  func fusingCommands() throws(Failure) -> CommandList {
    let grid = gridPixels.x * gridPixels.y
    var list = CommandList(device)
    try list.copy(from: uploadedPicture, to: picture)
    try list.copy(from: uploadedSamples, to: samples)
    try list.fill(agreeing, word: .max)
    try list.fill(marks, word: 0)
    try list.dispatch(try kernel(Shaders.lift), [parameters, samples, rays, lifted], push: (), threads: gridPixels)
    try list.dispatch(
      try kernel(Shaders.compare),
      [parameters, lifted, points, colours, lastSeen, agreeing, marks, freeSlots, picture, counters], push: (),
      threads: capacity)
    try list.dispatch(
      try kernel(Shaders.mark), [parameters, lifted, agreeing, marks, counters], push: (), threads: grid)
    try list.dispatch(try kernel(Shaders.ages), [parameters, lastSeen, counters], push: (), threads: capacity)
    try list.dispatch(try kernel(Shaders.room), [parameters, counters], push: (), threads: 1)
    try list.dispatch(
      try kernel(Shaders.evict), [parameters, lastSeen, freeSlots, counters], push: (), threads: capacity)
    try list.dispatch(
      try kernel(Shaders.fuse),
      [parameters, lifted, rays, picture, agreeing, marks, points, colours, lastSeen, freeSlots, counters, sides],
      push: (),
      threads: grid)
    try list.dispatch(try kernel(Shaders.tidy), [parameters, counters], push: (), threads: 64)
    return list
  }

  func renderingCommands(fill: Bool) throws(Failure) -> CommandList {
    var list = CommandList(device)
    // The bits of infinity: any distance is nearer.
    try list.fill(nearest, word: 0x7F80_0000)
    try list.fill(sums, word: 0)
    try list.dispatch(
      try kernel(Shaders.splatNearest), [parameters, points, colours, lastSeen, nearest, sides], push: (),
      threads: capacity)
    try list.dispatch(
      try kernel(Shaders.splatBlend), [parameters, points, colours, lastSeen, nearest, sums, sides], push: (),
      threads: capacity)
    try list.dispatch(
      try kernel(Shaders.resolve), [parameters, visible, nearest, sums, colour, distance, levels], push: (),
      threads: width * height)
    try list.copy(from: colour, to: fetchedColour)
    guard fill else { return list }
    let (push, pull) = (try kernel(Shaders.push), try kernel(Shaders.pull))
    for step in pyramid.steps {
      try list.dispatch(push, [levels], push: step, threads: SIMD3(Int(step.coarse.x), Int(step.coarse.y), 1))
    }
    for step in pyramid.steps.reversed() {
      try list.dispatch(pull, [levels], push: step, threads: SIMD3(Int(step.fine.x), Int(step.fine.y), 1))
    }
    try list.copy(from: try levels.region(offset: 0, byteCount: width * height * 16), to: fetchedFill)
    return list
  }

  func distanceCommands() throws(Failure) -> CommandList {
    let target = try VulkanBuffer(
      device, byteCount: distance.byteCount, .download, label: "prior distance, fetched")
    fetchedDistance = target
    var list = CommandList(device)
    try list.copy(from: distance, to: target)
    return list
  }

  private func kernel(_ shader: Shader) throws(Failure) -> ComputePipeline { try ComputePipeline(device, shader) }

  // MARK: Crossing over

  func stage(_ plane: ColourPlane) {
    guard let base = uploadedPicture.mapped?.baseAddress else { return }
    for row in 0..<exoHeight {
      (base + row * exoWidth * 4).copyMemory(from: plane.base + row * plane.stride, byteCount: exoWidth * 4)
    }
  }

  /// - Returns: whether any sample is known.
  func stage(_ plane: DepthPlane, _ format: DepthFormat) -> Bool {
    guard let base = uploadedSamples.mapped?.baseAddress else { return false }
    var isKnown = false
    for row in 0..<exoHeight {
      let source = UnsafeRawPointer(plane.base) + row * plane.stride
      (base + row * exoWidth * 2).copyMemory(from: source, byteCount: exoWidth * 2)
      if isKnown { continue }
      let line = source.assumingMemoryBound(to: UInt16.self)
      for column in 0..<exoWidth where format.isMeasured(line[column]) {
        isKnown = true
        break
      }
    }
    return isKnown
  }

  /// Copies the last rendering to the host.
  /// - Returns: how many pixels are covered.
  func fetch(into prior: Prior) -> Int {
    guard let colours = fetchedColour.mapped?.bindMemory(to: SIMD4<UInt8>.self) else { return 0 }
    var covered = 0
    for i in 0..<(width * height) {
      let c = colours[i]
      prior.colour.base[i] = c
      prior.coverage.base[i] = c.w
      covered += c.w == 0 ? 0 : 1
    }
    return covered
  }

  /// Copies to the host what `distanceCommands` fetched.
  func fetchDistances(into prior: Prior) throws(Failure) {
    guard let distances = try fetchedDistance?.read(Float.self, count: width * height) else { return }
    for i in 0..<(width * height) { prior.distance.base[i] = distances[i] }
  }

  /// The last rendering with its holes filled: x, y, z in 0...255.
  var filled: UnsafePointer<SIMD4<Float>>? {
    fetchedFill.mapped?.bindMemory(to: SIMD4<Float>.self).baseAddress.map { UnsafePointer($0) }
  }

  func uploadRays(_ view: ExoView) throws(Failure) {
    try upload(
      (0..<view.count).map {
        SIMD4(view.rayX.base[$0], view.rayY.base[$0], view.rayZ.base[$0], view.pixelAngle.base[$0])
      }, to: rays)
  }

  private func uploadField(_ prior: Prior) throws(Failure) {
    try upload((0..<(width * height)).map { prior.rays.base[$0].w > 0 ? UInt32(1) : 0 }, to: visible)
  }

  private func upload<Element: BitwiseCopyable>(_ elements: [Element], to target: VulkanBuffer) throws(Failure) {
    let staging = try VulkanBuffer(device, byteCount: target.byteCount, .upload, label: "\(target.label), staged")
    try staging.write(elements)
    var list = CommandList(device)
    try list.copy(from: staging, to: target)
    try CommandRecording(list, label: "uploading \(target.label)").run()
  }
}

/// Where the levels of a push-pull fill lie in one buffer, finest first.
struct FillPyramid {
  /// A level and the next coarser one; laid out as the push constants of push.comp and pull.comp.
  struct Step: BitwiseCopyable {
    var fine: SIMD2<Int32>
    var coarse: SIMD2<Int32>
    var fineStart: Int32
    var coarseStart: Int32
  }

  let steps: [Step]
  /// Pixels of all levels together.
  let count: Int

  init(width: Int, height: Int) {
    var steps: [Step] = []
    var fine = SIMD2(Int32(width), Int32(height))
    var start: Int32 = 0
    while fine != SIMD2(1, 1) {
      let coarse = (fine &+ 1) / 2
      let next = start + fine.x * fine.y
      steps.append(Step(fine: fine, coarse: coarse, fineStart: start, coarseStart: next))
      (fine, start) = (coarse, next)
    }
    self.steps = steps
    count = Int(start) + 1
  }
}
