#version 450
#extension GL_GOOGLE_include_directive : require
#include "Geometry/geometry.glsl"
// Sums the ellipses of the nearest surface at every pixel, weighted towards their middles; whole numbers, so order is nothing.
layout(local_size_x = 256) in;

layout(std430, binding = 0) readonly buffer P { Parameters p; };
layout(std430, binding = 1) readonly buffer Points { vec4 points[]; };
layout(std430, binding = 2) readonly buffer Colours { uvec2 colours[]; };
layout(std430, binding = 3) readonly buffer LastSeen { uint lastSeen[]; };
layout(std430, binding = 4) readonly buffer Nearest { uint nearest[]; };
layout(std430, binding = 5) buffer Sums { uint sums[]; };  // red, green, blue, weight of each pixel
layout(std430, binding = 6) readonly buffer Sides { vec4 sides[]; };

#include "Geometry/splat.glsl"

void main() {
  uint slot = gl_GlobalInvocationID.x;
  if (slot >= p.map.y) return;
  Splat s = splatOf(slot);
  if (!s.isSeen) return;
  int width = int(p.ego.size.x);
  float reach = s.distance * (1.0 / (1.0 + p.various.x));
  uvec2 packed = colours[slot];
  // 8 + 3 bits of colour times 7 of weight: from 16,000 ellipses on a pixel on, sums may wrap; see SplatPolicy.mostWeight.
  uvec3 colour = uvec3(packed.x & 0xFFFFu, packed.x >> 16, packed.y & 0xFFFFu) >> 5;
  for (int y = s.low.y; y <= s.high.y; y++)
    for (int x = s.low.x; x <= s.high.x; x++) {
      vec2 d = vec2(x, y) - s.middle;
      float fall = fallOf(s, d);
      int i = y * width + x;
      if (!(fall >= 0.0 && uintBitsToFloat(nearest[i]) >= reach)) continue;
      uint weight = uint(roundEven(fall * fall * 126.0 + 1.0));
      atomicAdd(sums[4 * i], weight * colour.x);
      atomicAdd(sums[4 * i + 1], weight * colour.y);
      atomicAdd(sums[4 * i + 2], weight * colour.z);
      atomicAdd(sums[4 * i + 3], weight);
    }
}
