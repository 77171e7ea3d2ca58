#version 450
#extension GL_GOOGLE_include_directive : require
#include "Geometry/geometry.glsl"
// Brings the counters back into range after slots were taken in parallel, and readies them for the next frame.
layout(local_size_x = 64) in;

layout(std430, binding = 0) readonly buffer P { Parameters p; };
COUNTERS(1);

void main() {
  uint lane = gl_LocalInvocationID.x;
  if (lane < 33u) ages[lane] = 0u;
  if (lane != 0u) return;
  freeCount = max(freeCount, 0);
  highWater = min(highWater, p.map.y);
  needed = 0u;
}
