#version 450
#extension GL_GOOGLE_include_directive : require
#include "Geometry/geometry.glsl"
// Counts points by how long they went unseen, in powers of two; only when the map may be too full for the new ones.
layout(local_size_x = 256) in;

layout(std430, binding = 0) readonly buffer P { Parameters p; };
layout(std430, binding = 1) readonly buffer LastSeen { uint lastSeen[]; };
COUNTERS(2);

void main() {
  uint slot = gl_GlobalInvocationID.x;
  if (slot >= p.map.y || needed <= uint(freeCount) + p.map.y - highWater) return;
  uint seen = lastSeen[slot];
  // findMSB is -1 for 0: bin 0 is for points of this frame.
  if (seen != 0u) atomicAdd(ages[findMSB(p.map.x - seen) + 1], 1u);
}
