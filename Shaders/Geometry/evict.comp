#version 450
#extension GL_GOOGLE_include_directive : require
#include "Geometry/geometry.glsl"
// Drops the points unseen for longest.
layout(local_size_x = 256) in;

layout(std430, binding = 0) readonly buffer P { Parameters p; };
layout(std430, binding = 1) buffer LastSeen { uint lastSeen[]; };
layout(std430, binding = 2) writeonly buffer FreeSlots { uint freeSlots[]; };
COUNTERS(3);

void main() {
  uint slot = gl_GlobalInvocationID.x;
  if (slot >= p.map.y || cut >= 33u) return;
  uint seen = lastSeen[slot];
  if (seen == 0u || uint(findMSB(p.map.x - seen) + 1) < cut) return;
  lastSeen[slot] = 0u;
  freeSlots[atomicAdd(freeCount, 1)] = slot;
  atomicAdd(evicted, 1u);
}
