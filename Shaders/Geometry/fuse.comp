#version 450
#extension GL_GOOGLE_include_directive : require
#include "Geometry/geometry.glsl"
// Averages each pixel into the point that agreed with it, or makes it a new point.
layout(local_size_x = 256) in;

layout(std430, binding = 0) readonly buffer P { Parameters p; };
layout(std430, binding = 1) readonly buffer Lifted { vec4 lifted[]; };
layout(std430, binding = 2) readonly buffer Rays { vec4 rays[]; };
layout(std430, binding = 3) readonly buffer Picture { uint picture[]; };
layout(std430, binding = 4) readonly buffer Agreeing { uint agreeing[]; };
layout(std430, binding = 5) readonly buffer Marks { uint marks[]; };
layout(std430, binding = 6) buffer Points { vec4 points[]; };
layout(std430, binding = 7) buffer Colours { uvec2 colours[]; };
layout(std430, binding = 8) buffer LastSeen { uint lastSeen[]; };
layout(std430, binding = 9) readonly buffer FreeSlots { uint freeSlots[]; };
COUNTERS(10);
layout(std430, binding = 11) buffer Sides { vec4 sides[]; };  // across, down of each point

#include "Geometry/density.glsl"

uvec2 pack(ivec3 colour, uint seen) {
  return uvec2(uint(colour.x) | uint(colour.y) << 16, uint(colour.z) | seen << 16);
}

// From a pixel's ray to the next one's, or from the last one's where there is none.
vec3 stepOf(int pixel, int next, int last, bool hasNext, bool hasLast) {
  if (hasNext && rays[next].z != 0.0) return rays[next].xyz - rays[pixel].xyz;
  return hasLast && rays[last].z != 0.0 ? rays[pixel].xyz - rays[last].xyz : vec3(0.0);
}

vec4 toWorld(vec3 local) {
  return vec4(dot(p.exoToWorld0.xyz, local), dot(p.exoToWorld1.xyz, local), dot(p.exoToWorld2.xyz, local), 0.0);
}

// Half the way to the points right and below: see FusePass.
void findSides(int pixel, vec4 here, out vec4 across, out vec4 down) {
  int width = int(p.grid.x);
  int column = pixel % width;
  vec3 right = stepOf(pixel, pixel + 1, pixel - 1, column + 1 < width, column > 0);
  vec3 below = stepOf(pixel, pixel + width, pixel - width, pixel + width < width * int(p.grid.y), pixel >= width);
  float stretch = sideShare(here.y);
  across = toWorld(stretch * (here.x * right + here.z * rays[pixel].xyz));
  down = toWorld(stretch * (here.x * below + here.w * rays[pixel].xyz));
}

void place(uint slot, vec3 point, int pixel, vec4 here) {
  points[slot] = vec4(point, 0.0);
  findSides(pixel, here, sides[2 * slot], sides[2 * slot + 1]);
}

void main() {
  int pixel = int(gl_GlobalInvocationID.x);
  int width = int(p.grid.x);
  if (pixel >= width * int(p.grid.y)) return;
  vec4 here = lifted[pixel];
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
    place(slot, point, pixel, here);
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
    place(slot, point, pixel, here);
    return;
  }
  int reciprocal = 65536 / int(min(times + 1u, p.sampling.x));
  colours[slot] = pack(mean + ((change * reciprocal) >> 16), min(times + 1u, 0x7FFFu) | flag);
  vec4 was = points[slot];
  // Noise is averaged away, a step is followed.
  vec3 step = point - was.xyz;
  float tolerance = p.tolerance.x + p.tolerance.y * here.x;
  float share = max(float(reciprocal) * (1.0 / 65536.0), min(2.0 * length(step) / tolerance - 1.0, 1.0));
  points[slot] = was + share * (vec4(point, 0.0) - was);
  if (((p.map.x + uint(pixel / width)) & 3u) != 0u) return;
  vec4 across, down;
  findSides(pixel, here, across, down);
  float larger = min(4.0 * share, 1.0);
  sides[2 * slot] += larger * (across - sides[2 * slot]);
  sides[2 * slot + 1] += larger * (down - sides[2 * slot + 1]);
}
