#version 450
// glslc: -O0
// Compiled without optimisation, which keeps names and dead code in the SPIR-V: reflection must not stumble on them.
layout(local_size_x = 4, local_size_y = 2) in;

layout(std430, binding = 0) writeonly buffer Output { uint values[]; };

const uint UNUSED = 17;

void main() {
  uint i = gl_GlobalInvocationID.y * gl_NumWorkGroups.x * gl_WorkGroupSize.x + gl_GlobalInvocationID.x;
  values[i] = i * i;
}
