#version 450
#extension GL_GOOGLE_include_directive : require
#include "Geometry/geometry.glsl"
// Sums to colours: the prior, its coverage and its distances, and the first level of the fill.
layout(local_size_x = 256) in;

const uint MOST_WEIGHT = 0xFFFFFFFFu / 2047u;  // sums of more may have wrapped

layout(std430, binding = 0) readonly buffer P { Parameters p; };
layout(std430, binding = 1) readonly buffer Visible { uint visible[]; };  // 1 where the lens sees anything
layout(std430, binding = 2) readonly buffer Nearest { uint nearest[]; };
layout(std430, binding = 3) readonly buffer Sums { uvec4 sums[]; };
layout(std430, binding = 4) writeonly buffer Colour { uint colour[]; };   // red, green, blue, coverage: 8 bits each
layout(std430, binding = 5) writeonly buffer Distance { float distance[]; };
layout(std430, binding = 6) writeonly buffer Levels { vec4 levels[]; };

void main() {
  uint i = gl_GlobalInvocationID.x;
  if (i >= uint(p.ego.size.x) * uint(p.ego.size.y)) return;
  uvec4 sum = sums[i];
  if (sum.w == 0u || sum.w > MOST_WEIGHT || visible[i] == 0u) {
    colour[i] = 0u;
    distance[i] = uintBitsToFloat(0x7F800000u);
    levels[i] = vec4(0.0);
    return;
  }
  float scale = 0.125 / float(sum.w);  // colours carry 3 fractional bits
  uvec3 c = uvec3(min(vec3(sum.xyz) * scale + 0.5, 255.0));
  colour[i] = c.x | c.y << 8 | c.z << 16 | 0xFF000000u;
  distance[i] = uintBitsToFloat(nearest[i]);
  levels[i] = vec4(c, 1.0);
}
