#version 450
#extension GL_GOOGLE_include_directive : require
#include "arithmetic.glsl"
// Inclusive prefix sum of each workgroup's stretch, and the stretch's total: the first pass of a scan.
// Hillis–Steele in shared memory, which asks nothing of the subgroup size.
layout(local_size_x_id = 0) in;

layout(std430, binding = 0) readonly buffer Input { uint values[]; };
layout(std430, binding = 1) writeonly buffer Sums { uint sums[]; };
layout(std430, binding = 2) writeonly buffer Totals { uint totals[]; };
layout(push_constant) uniform Push { uint count; };

shared uint partial[gl_WorkGroupSize.x];

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint i = gl_GlobalInvocationID.x;
  // Spare workgroups of an oversized dispatch have nothing to write; the whole group leaves together.
  if (gl_WorkGroupID.x >= divideRoundingUp(count, gl_WorkGroupSize.x)) return;
  partial[lane] = i < count ? values[i] : 0;
  barrier();
  for (uint reach = 1; reach < gl_WorkGroupSize.x; reach *= 2) {
    uint below = lane >= reach ? partial[lane - reach] : 0;
    barrier();
    partial[lane] += below;
    barrier();
  }
  if (i < count) sums[i] = partial[lane];
  if (lane == gl_WorkGroupSize.x - 1) totals[gl_WorkGroupID.x] = partial[lane];
}
