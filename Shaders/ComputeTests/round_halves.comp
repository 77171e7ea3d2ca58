#version 450
#extension GL_GOOGLE_include_directive : require
#include "Compute/halves.glsl"
// Two floats a thread to two halves.
layout(local_size_x = 64) in;

layout(std430, binding = 0) readonly buffer Floats { vec2 floats[]; };
layout(std430, binding = 1) writeonly buffer Halves { uint halves[]; };

void main() {
  uint i = gl_GlobalInvocationID.x;
  if (i < halves.length()) halves[i] = packHalves(floats[i]);
}
