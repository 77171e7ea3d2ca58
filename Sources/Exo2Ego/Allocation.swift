import CGStreamer

/// Settles on a buffer pool for `src`: downstream's where it offers one, else our own.
func decideAllocation(_ query: UnsafeMutablePointer<GstQuery>) -> Bool {
  var caps: UnsafeMutablePointer<GstCaps>?
  gst_query_parse_allocation(query, &caps, nil)
  var info = GstVideoInfo()
  guard let caps, gst_video_info_from_caps(&info, caps) != 0 else { return false }

  var pool: UnsafeMutablePointer<GstBufferPool>?
  var (size, minimum, maximum) = (guint(clamping: info.size), guint(0), guint(0))
  let isOffered = gst_query_get_n_allocation_pools(query) > 0
  if isOffered {
    gst_query_parse_nth_allocation_pool(query, 0, &pool, &size, &minimum, &maximum)
    size = max(size, guint(clamping: info.size))
  }
  // A pool with a limit is not taken: on-lag=repeat keeps a buffer, and taking one must never block a flush.
  let memory = BufferMemory(askedBy: query)
  if let offered = pool, maximum > 0 || configure(offered, caps, size, minimum, maximum, memory) == nil {
    gst_object_unref(offered)
    pool = nil
  }
  if pool == nil {
    pool = newPool(caps: caps, size: size, memory: memory)
    (minimum, maximum) = (0, 0)
  }
  guard let pool else { return false }
  if isOffered {
    gst_query_set_nth_allocation_pool(query, 0, pool, size, minimum, maximum)
  } else {
    gst_query_add_allocation_pool(query, pool, size, minimum, maximum)
  }
  gst_object_unref(pool)
  return true
}

/// What downstream wants its buffers' memory to be like: which allocator, alignment, padding.
final class BufferMemory {
  private var allocator: UnsafeMutablePointer<GstAllocator>?
  private var parameters = GstAllocationParams()

  init() {
    gst_allocation_params_init(&parameters)
  }

  convenience init(askedBy query: UnsafeMutablePointer<GstQuery>) {
    self.init()
    guard gst_query_get_n_allocation_params(query) > 0 else { return }
    gst_query_parse_nth_allocation_param(query, 0, &allocator, &parameters)
  }

  deinit {
    if let allocator { gst_object_unref(allocator) }
  }

  func put(into config: UnsafeMutablePointer<GstStructure>) {
    gst_buffer_pool_config_set_allocator(config, allocator, &parameters)
  }
}

/// An active pool of our own, which the caller owns.
func newPool(
  caps: UnsafeMutablePointer<GstCaps>, size: guint, memory: BufferMemory = BufferMemory()
) -> UnsafeMutablePointer<GstBufferPool>? {
  guard let pool = gst_video_buffer_pool_new() else { return nil }
  guard configure(pool, caps, size, 0, 0, memory) != nil else {
    gst_object_unref(pool)
    return nil
  }
  return pool
}

/// Configures and activates a pool; buffers carry a GstVideoMeta where it can give them one.
private func configure(
  _ pool: UnsafeMutablePointer<GstBufferPool>, _ caps: UnsafeMutablePointer<GstCaps>, _ size: guint, _ minimum: guint,
  _ maximum: guint, _ memory: BufferMemory
) -> Void? {
  guard let config = gst_buffer_pool_get_config(pool) else { return nil }
  gst_buffer_pool_config_set_params(config, caps, size, minimum, maximum)
  memory.put(into: config)
  if gst_buffer_pool_has_option(pool, GST_BUFFER_POOL_OPTION_VIDEO_META) != 0 {
    gst_buffer_pool_config_add_option(config, GST_BUFFER_POOL_OPTION_VIDEO_META)
  }
  if gst_buffer_pool_set_config(pool, config) == 0 {
    // The pool may have adjusted the parameters: take its own where they still fit.
    guard let adjusted = gst_buffer_pool_get_config(pool) else { return nil }
    guard gst_buffer_pool_config_validate_params(adjusted, caps, size, minimum, maximum) != 0 else {
      gst_structure_free(adjusted)
      return nil
    }
    guard gst_buffer_pool_set_config(pool, adjusted) != 0 else { return nil }
  }
  return gst_buffer_pool_set_active(pool, 1) != 0 ? () : nil
}
