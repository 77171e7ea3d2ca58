import CGStreamerCheck
import Testing

extension Exo2EgoTests {
  @Suite struct Element {
    @Test func padTemplates() throws {
      _ = Setup.once
      let factory = try #require(gst_element_factory_find("exo2ego"))
      defer { gst_object_unref(UnsafeMutableRawPointer(factory)) }
      var found: [String: String] = [:]
      var list = gst_element_factory_get_static_pad_templates(factory)
      while let node = list {
        let template = node.pointee.data.assumingMemoryBound(to: GstStaticPadTemplate.self)
        let caps = gst_static_pad_template_get_caps(template)
        let text = gst_caps_to_string(caps)
        found["\(String(cString: template.pointee.name_template)) \(template.pointee.presence.rawValue)"] = String(
          cString: text!)
        g_free(text)
        gst_caps_unref(caps)
        list = UnsafePointer(node.pointee.next)
      }
      #expect(found.count == 4)
      #expect(found["sink \(GST_PAD_ALWAYS.rawValue)"]?.contains("NV12") == true)
      #expect(found["src \(GST_PAD_ALWAYS.rawValue)"]?.contains("format=(string)RGB,") == true)
      #expect(found["depth \(GST_PAD_REQUEST.rawValue)"]?.contains("GRAY16_LE") == true)
      #expect(found["mask \(GST_PAD_REQUEST.rawValue)"]?.contains("GRAY8") == true)
    }

    @Test func propertiesAndTheirRanges() throws {
      let bus = Setup.newBus()
      let element = Bench.makeElement([:], bus: bus)
      defer {
        gst_object_unref(element)
        gst_object_unref(bus)
      }
      for name in [
        "calibration", "pose", "backend", "device", "model", "steps", "model-interval", "fill", "voxel-size",
        "map-capacity", "max-lag",
        "on-lag", "stats",
      ] {
        let spec = try #require(ccheck_find_property(element, name), "\(name)")
        #expect(!String(cString: g_param_spec_get_blurb(spec)).isEmpty)
      }
      var (low, high, initial): (gfloat, gfloat, gfloat) = (0, 0, 0)
      #expect(ccheck_float_range(ccheck_find_property(element, "voxel-size"), &low, &high, &initial) != 0)
      #expect((low, high, initial) == (0, 1, 0.005))
      var (least, most, usual): (guint, guint, guint) = (0, 0, 0)
      #expect(ccheck_uint_range(ccheck_find_property(element, "map-capacity"), &least, &most, &usual) != 0)
      #expect((least, most, usual) == (10_000, 50_000_000, 1_000_000))
      #expect(ccheck_uint_range(ccheck_find_property(element, "steps"), &least, &most, &usual) != 0)
      #expect((least, most, usual) == (0, 1000, 0))
      #expect(ccheck_uint_range(ccheck_find_property(element, "model-interval"), &least, &most, &usual) != 0)
      #expect((least, most, usual) == (1, 16, 1))
    }

    @Test func statisticsCount() throws {
      let bench = Bench(depth: true)
      for index in 0..<3 {
        bench.pushDepth(index)
        bench.push(index)
      }
      bench.endOfStream()
      #expect(bench.pullAll().count == 3)
      #expect(bench.statistic("frames-in") == 3)
      #expect(bench.statistic("frames-out") == 3)
      #expect(bench.statistic("frames-dropped") == 0)
      #expect(bench.statistic("frames-without-depth") == 0)
      #expect(try #require(bench.statistic("map-points")) > 0)
      #expect(try #require(bench.statistic("processing-time-max")) > 0)
      #expect(bench.statistic("declared-latency") == UInt64(frameDuration))
    }

    @Test func aSecondMaskOrDepthPadIsRefused() {
      let bench = Bench(depth: true, mask: true)
      for name in ["depth", "mask"] {
        let template = gst_element_get_pad_template(bench.element, name)
        #expect(gst_element_request_pad(bench.element, template, nil, nil) == nil)
      }
    }
  }
}
