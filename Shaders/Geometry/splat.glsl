// A point as the ego camera sees it; needs `p`, `points`, `colours`, `lastSeen`.
struct Splat {
  bool isSeen;
  vec2 middle;
  float radius;
  float distance;
  ivec2 low, high;
};

Splat splatOf(uint slot) {
  Splat s;
  s.isSeen = false;
  uint seen = lastSeen[slot];
  if (seen == 0u || (seen != p.map.x && !isConfirmed(seenCount(colours[slot]), p.map))) return s;
  vec4 point = points[slot];
  Hit hit = project(p.ego, point.xyz);
  s.middle = hit.pixel;
  s.distance = hit.distance;
  s.radius = clamp(point.w * (2.0 * p.splat.y * p.ego.k2.w) * hit.scale / hit.distance, p.splat.z, p.splat.w);
  if (!(hit.cosine >= p.ego.bend.z && hit.distance >= p.splat.x && all(greaterThan(hit.pixel, vec2(-s.radius)))
        && all(lessThan(hit.pixel, p.ego.size.xy + s.radius)))) return s;
  s.low = max(ivec2(ceil(hit.pixel - s.radius)), ivec2(0));
  s.high = min(ivec2(floor(hit.pixel + s.radius)), ivec2(p.ego.size.xy) - 1);
  s.isSeen = true;
  return s;
}
