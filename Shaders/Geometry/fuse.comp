#version 450
#extension GL_GOOGLE_include_directive : require
#include "Geometry/geometry.glsl"
// Averages each pixel into the point that agreed with it, or makes it a new point.
layout(local_size_x = 256) in;

layout(std430, binding = 0) readonly buffer P { Parameters p; };
layout(std430, binding = 1) readonly buffer Lifted { vec2 lifted[]; };
layout(std430, binding = 2) readonly buffer Rays { vec4 rays[]; };
layout(std430, binding = 3) readonly buffer Picture { uint picture[]; };
layout(std430, binding = 4) readonly buffer Agreeing { uint agreeing[]; };
layout(std430, binding = 5) readonly buffer Marks { uint marks[]; };
layout(std430, binding = 6) buffer Points { vec4 points[]; };
layout(std430, binding = 7) buffer Colours { uvec2 colours[]; };
layout(std430, binding = 8) buffer LastSeen { uint lastSeen[]; };
layout(std430, binding = 9) readonly buffer FreeSlots { uint freeSlots[]; };
COUNTERS(10);

#include "Geometry/density.glsl"

uvec2 pack(ivec3 colour, uint seen) {
  return uvec2(uint(colour.x) | uint(colour.y) << 16, uint(colour.z) | seen << 16);
}

void main() {
  int pixel = int(gl_GlobalInvocationID.x);
  int width = int(p.grid.x);
  if (pixel >= width * int(p.grid.y)) return;
  vec2 here = lifted[pixel];
  if (!(here.x > 0.0)) return;
  uint slot = agreeing[pixel];
  uint mark = marks[pixel];
  bool isFresh = (mark & FRESH) != 0u;
  if (slot == NO_SLOT && !isFresh) return;

  uvec2 at = uvec2(pixel % width, pixel / width) * p.grid.z + p.grid.z / 2u;
  uint sampled = picture[at.y * p.sampling.z + at.x];
  ivec3 colour = ivec3(sampled & 0xFFu, (sampled >> 8) & 0xFFu, (sampled >> 16) & 0xFFu) << 8;
  vec3 local = rays[pixel].xyz * here.x;
  vec3 point = vec3(dot(p.exoToWorld0.xyz, local) + p.exoToWorld0.w, dot(p.exoToWorld1.xyz, local) + p.exoToWorld1.w,
                    dot(p.exoToWorld2.xyz, local) + p.exoToWorld2.w);
  float radius = reach(here.y);

  if (isFresh) {
    int top = atomicAdd(freeCount, -1);
    if (top > 0) {
      slot = freeSlots[top - 1];
    } else {
      slot = atomicAdd(highWater, 1u);
      if (slot >= p.map.y) {
        atomicAdd(refused, 1u);
        return;
      }
    }
    points[slot] = vec4(point, radius);
    colours[slot] = pack(colour, (mark & BEHIND) == 0u ? 1u : 1u | FOREGROUND);
    lastSeen[slot] = p.map.x;
    return;
  }

  uvec2 old = colours[slot];
  uint flag = (old.y >> 16) & FOREGROUND;
  uint times = (old.y >> 16) & ~FOREGROUND;
  ivec3 mean = ivec3(old.x & 0xFFFFu, old.x >> 16, old.y & 0xFFFFu);
  ivec3 change = colour - mean;
  ivec3 size = abs(change);
  if (max(size.x, max(size.y, size.z)) > int(p.tolerance.z) << 8) {
    colours[slot] = pack(colour, 1u | flag);
    points[slot] = vec4(point, radius);
    return;
  }
  int reciprocal = 65536 / int(min(times + 1u, p.sampling.x));
  colours[slot] = pack(mean + ((change * reciprocal) >> 16), min(times + 1u, 0x7FFFu) | flag);
  vec4 was = points[slot];
  // Noise is averaged away, a step is followed.
  vec3 step = point - was.xyz;
  float tolerance = p.tolerance.x + p.tolerance.y * here.x;
  float share = max(float(reciprocal) * (1.0 / 65536.0), min(2.0 * length(step) / tolerance - 1.0, 1.0));
  points[slot] = was + share * (vec4(point, radius) - was);
}
