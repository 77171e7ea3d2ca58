// A point as the ego camera sees it; needs `p`, `points`, `sides`, `colours`, `lastSeen`.
struct Splat {
  bool isSeen;
  vec2 middle;
  vec3 shape;      // the pixels d from the middle with x du du + 2 y du dv + z dv dv <= 1
  float distance;
  ivec2 low, high;
};

// The ellipse that spans a symmetric matrix (uu, uv, vv), as geometry_ellipses makes it; `reach` is how far it goes to either side, and
// `square` that of its longer half axis before it is enlarged.
vec3 ellipseOf(vec3 span, out vec2 reach, out float square) {
  vec3 m = 4.0 * p.splat.y * p.splat.y * span;
  float mean = 0.5 * (m.x + m.z), half_ = 0.5 * (m.x - m.z);
  float spread = sqrt(half_ * half_ + m.y * m.y);
  float smallest = p.splat.z * p.splat.z, largest = p.splat.w * p.splat.w;
  square = mean + spread;
  float long_ = clamp(square, smallest, largest);
  float short_ = clamp(mean - spread, smallest, largest);
  float turn = spread > 1e-6 ? 0.5 * (long_ - short_) / spread : 0.0;
  float middle = 0.5 * (long_ + short_);
  vec3 kept = vec3(middle + turn * half_, turn * m.y, middle - turn * half_);
  reach = sqrt(kept.xz);
  return vec3(kept.z, -kept.y, kept.x) * (1.0 / (long_ * short_));
}

// 1 in the ellipse's middle, 0 at its rim.
float fallOf(Splat s, vec2 d) { return 1.0 - s.shape.z * d.y * d.y - (s.shape.x * d.x + 2.0 * s.shape.y * d.y) * d.x; }

Splat splatOf(uint slot) {
  Splat s;
  s.isSeen = false;
  uint seen = lastSeen[slot];
  if (seen == 0u || (seen != p.map.x && !isConfirmed(seenCount(colours[slot]), p.map))) return s;
  vec3 point = points[slot].xyz;
  Hit hit = project(p.ego, point);
  if (!(hit.cosine >= p.ego.bend.z && hit.distance >= p.splat.x)) return s;
  s.middle = hit.pixel;
  s.distance = hit.distance;
  vec2 reach;
  float square;
  s.shape = ellipseOf(span(p.ego, point, sides[2u * slot].xyz, sides[2u * slot + 1u].xyz), reach, square);
  // SplatPolicy.draws.
  if (!(square >= p.various.w || float(slot * 2654435769u >> 8) * (1.0 / 16777216.0) * p.various.w <= square)) return s;
  if (!(all(greaterThan(hit.pixel, -reach)) && all(lessThan(hit.pixel, p.ego.size.xy + reach)))) return s;
  s.low = max(ivec2(ceil(hit.pixel - reach)), ivec2(0));
  s.high = min(ivec2(floor(hit.pixel + reach)), ivec2(p.ego.size.xy) - 1);
  s.isSeen = true;
  return s;
}
