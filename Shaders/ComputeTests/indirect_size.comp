#version 450
#extension GL_GOOGLE_include_directive : require
#include "arithmetic.glsl"
// Writes the workgroup counts of a later indirect dispatch, so that its size never visits the host.
layout(local_size_x = 1) in;

layout(std430, binding = 0) readonly buffer Count { uint count; };
layout(std430, binding = 1) writeonly buffer Groups { uint x, y, z; };
layout(push_constant) uniform Push { uint workgroupSize; };

void main() {
  x = divideRoundingUp(count, workgroupSize);
  y = 1;
  z = 1;
}
