#version 450
#extension GL_GOOGLE_include_directive : require
#include "Geometry/geometry.glsl"
// Finds the nearest ellipse at every pixel. Positive floats order like their bits, so an integer minimum does it.
layout(local_size_x = 256) in;

layout(std430, binding = 0) readonly buffer P { Parameters p; };
layout(std430, binding = 1) readonly buffer Points { vec4 points[]; };
layout(std430, binding = 2) readonly buffer Colours { uvec2 colours[]; };
layout(std430, binding = 3) readonly buffer LastSeen { uint lastSeen[]; };
layout(std430, binding = 4) buffer Nearest { uint nearest[]; };
layout(std430, binding = 5) readonly buffer Sides { vec4 sides[]; };

#include "Geometry/splat.glsl"

void main() {
  uint slot = gl_GlobalInvocationID.x;
  if (slot >= p.map.y) return;
  Splat s = splatOf(slot);
  if (!s.isSeen) return;
  int width = int(p.ego.size.x);
  uint bits = floatBitsToUint(s.distance);
  for (int y = s.low.y; y <= s.high.y; y++)
    for (int x = s.low.x; x <= s.high.x; x++) {
      vec2 d = vec2(x, y) - s.middle;
      int i = y * width + x;
      if (fallOf(s, d) >= 0.0 && bits < nearest[i]) atomicMin(nearest[i], bits);
    }
}
