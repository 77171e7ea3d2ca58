import CGstRTSPServer
import Glibc

/// Has RTP and RTCP sent and received on the served address alone: by itself the server takes datagrams from everyone.
func confineDatagrams(of factory: UnsafeMutablePointer<GstRTSPMediaFactory>, to address: String) {
  let digits = numericAddresses(of: address)
  let pool = gst_rtsp_address_pool_new()
  defer { g_object_unref(pool) }
  // Ports that no service is registered for.
  let isConfined =
    !digits.isEmpty && digits.allSatisfy { gst_rtsp_address_pool_add_range(pool, $0, $0, 49152, 65535, 0) != 0 }
  if isConfined {
    gst_rtsp_media_factory_set_address_pool(factory, pool)
  } else {
    // An address that a pool does not take, such as one with a zone: everything goes over the RTSP connection.
    gst_rtsp_media_factory_set_protocols(factory, GST_RTSP_LOWER_TRANS_TCP)
  }
}

/// The addresses in digits that a name or an address stands for; empty where it stands for none.
private func numericAddresses(of name: String) -> [String] {
  var hints = addrinfo()
  hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
  var found: UnsafeMutablePointer<addrinfo>?
  guard getaddrinfo(name, nil, &hints, &found) == 0 else { return [] }
  defer { freeaddrinfo(found) }
  var addresses: [String] = []
  var next = found
  while let address = next?.pointee {
    next = address.ai_next
    var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    guard getnameinfo(address.ai_addr, address.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0
    else { continue }
    addresses.append(String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
  }
  return addresses
}
