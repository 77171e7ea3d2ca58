#version 450
#extension GL_GOOGLE_include_directive : require
#include "Geometry/geometry.glsl"
// Holds every map point against the new depth: it agrees, is hidden, or is seen through and dropped.
layout(local_size_x = 256) in;

layout(std430, binding = 0) readonly buffer P { Parameters p; };
layout(std430, binding = 1) readonly buffer Lifted { vec4 lifted[]; };
layout(std430, binding = 2) readonly buffer Points { vec4 points[]; };
layout(std430, binding = 3) readonly buffer Colours { uvec2 colours[]; };
layout(std430, binding = 4) buffer LastSeen { uint lastSeen[]; };
layout(std430, binding = 5) buffer Agreeing { uint agreeing[]; };
layout(std430, binding = 6) buffer Marks { uint marks[]; };
layout(std430, binding = 7) writeonly buffer FreeSlots { uint freeSlots[]; };
layout(std430, binding = 8) readonly buffer Picture { uint picture[]; };
COUNTERS(9);

void drop(uint slot) {
  lastSeen[slot] = 0u;
  freeSlots[atomicAdd(freeCount, 1)] = slot;
}

bool isNear(ivec3 colour, ivec2 at) {
  uvec2 pixel = uvec2(at) * p.grid.z + p.grid.z / 2u;
  uint s = picture[pixel.y * p.sampling.z + pixel.x];
  ivec3 d = abs(colour - ivec3(s & 0xFFu, (s >> 8) & 0xFFu, (s >> 16) & 0xFFu));
  return max(d.x, max(d.y, d.z)) <= int(p.tolerance.z);
}

// Whether a point's colour is that of the pixel it falls on, or else of one of the 3×3 around.
bool resembles(uvec2 packed, ivec2 at) {
  ivec3 colour = ivec3((packed.x >> 8) & 0xFFu, packed.x >> 24, (packed.y >> 8) & 0xFFu);
  if (isNear(colour, at)) return true;
  for (int y = max(at.y - 1, 0); y <= min(at.y + 1, int(p.grid.y) - 1); y++)
    for (int x = max(at.x - 1, 0); x <= min(at.x + 1, int(p.grid.x) - 1); x++)
      if (isNear(colour, ivec2(x, y))) return true;
  return false;
}

void main() {
  uint slot = gl_GlobalInvocationID.x;
  if (slot >= p.map.y) return;
  uint seen = lastSeen[slot];
  if (seen == 0u) return;
  bool confirmed = isConfirmed(seenCount(colours[slot]), p.map);
  if (!confirmed && seen + 1u < p.map.x) {
    drop(slot);
    return;
  }
  Hit hit = project(p.exo, points[slot].xyz);
  vec2 limit = p.exo.size.xy - 0.5;
  if (!(hit.cosine >= p.exo.bend.z && all(greaterThan(hit.pixel, vec2(-0.5))) && all(lessThan(hit.pixel, limit)))) return;
  ivec2 size = ivec2(p.grid.xy);
  ivec2 at = min(ivec2((hit.pixel + 0.5) * (1.0 / float(p.grid.z))), size - 1);
  int pixel = at.y * size.x + at.x;
  float there = lifted[pixel].x;
  if (!(there > 0.0)) return;
  float here = p.grid.w == 1u ? hit.distance : hit.z;
  float tolerance = p.tolerance.x + p.tolerance.y * there;
  if (abs(here - there) <= tolerance) {
    if (!resembles(colours[slot], at)) {
      drop(slot);
      return;
    }
    atomicMin(agreeing[pixel], slot);
    lastSeen[slot] = p.map.x;
  } else if (here > there) {
    if (confirmed) atomicOr(marks[pixel], BEHIND);
  } else {
    float least = 3.4e38;
    for (int y = max(at.y - 1, 0); y <= min(at.y + 1, size.y - 1); y++)
      for (int x = max(at.x - 1, 0); x <= min(at.x + 1, size.x - 1); x++) {
        float d = lifted[y * size.x + x].x;
        if (d > 0.0) least = min(least, d);
      }
    if (here < least - tolerance) drop(slot);
  }
}
