#version 450
#extension GL_GOOGLE_include_directive : require
#include "Geometry/geometry.glsl"
// Finds, in one invocation, which ages must go to make room for the marked pixels. `cut` 33 drops nothing.
layout(local_size_x = 1) in;

layout(std430, binding = 0) readonly buffer P { Parameters p; };
COUNTERS(1);

void main() {
  uint room = uint(freeCount) + p.map.y - highWater;
  cut = 33u;
  if (needed > room) {
    uint wanted = max(needed - room, p.map.y / 16u);
    uint sum = 0u;
    while (cut > 1u && sum < wanted) sum += ages[--cut];
  }
}
