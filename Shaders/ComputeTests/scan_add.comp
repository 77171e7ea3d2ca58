#version 450
// Adds to each element the scanned total of all stretches before its own: the last pass of a scan.
layout(local_size_x_id = 0) in;

layout(std430, binding = 0) buffer Sums { uint sums[]; };
layout(std430, binding = 1) readonly buffer Totals { uint totals[]; };
layout(push_constant) uniform Push { uint count; };

void main() {
  uint i = gl_GlobalInvocationID.x;
  if (i < count && gl_WorkGroupID.x > 0) sums[i] += totals[gl_WorkGroupID.x - 1];
}
