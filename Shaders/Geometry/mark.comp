#version 450
#extension GL_GOOGLE_include_directive : require
#include "Geometry/geometry.glsl"
// Marks the pixels that become new points, and counts them.
layout(local_size_x = 256) in;

layout(std430, binding = 0) readonly buffer P { Parameters p; };
layout(std430, binding = 1) readonly buffer Lifted { vec4 lifted[]; };
layout(std430, binding = 2) readonly buffer Agreeing { uint agreeing[]; };
layout(std430, binding = 3) buffer Marks { uint marks[]; };
COUNTERS(4);

#include "Geometry/density.glsl"

// Whether the voxel around holds a point of the same surface already, or the block's first pixel stands for it.
bool isCrowded(int pixel, int side) {
  ivec2 size = ivec2(p.grid.xy);
  ivec2 corner = ivec2(pixel % size.x, pixel / size.x) / side * side;
  float depth = lifted[pixel].x;
  float limit = p.tolerance.w * depth;
  bool isFirst = true;
  for (int y = corner.y; y < min(corner.y + side, size.y); y++)
    for (int x = corner.x; x < min(corner.x + side, size.x); x++) {
      int other = y * size.x + x;
      float d = lifted[other].x;
      if (!(d > 0.0)) continue;
      if (abs(d - depth) < limit && other != pixel && (isFirst || agreeing[other] != NO_SLOT)) return true;
      isFirst = false;
    }
  return false;
}

void main() {
  int pixel = int(gl_GlobalInvocationID.x);
  if (pixel >= int(p.grid.x * p.grid.y)) return;
  vec4 here = lifted[pixel];
  if (!(here.x > 0.0) || agreeing[pixel] != NO_SLOT) return;
  int side = blockSide(here.y);
  if (side > 1 && isCrowded(pixel, side)) return;
  marks[pixel] |= FRESH;
  atomicAdd(needed, 1u);
}
