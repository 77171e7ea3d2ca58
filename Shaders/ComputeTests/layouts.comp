#version 450
// Blocks whose sizes are easy to get wrong, for the test that reads them from the SPIR-V.
layout(local_size_x = 1) in;

struct Pair { float near; vec3 direction; };

layout(push_constant) uniform Push { mat4x3 pose; vec2 centre; uint count; };  // 64 + 8 + 4
layout(std430, binding = 0) readonly buffer Block {
  float head;        // 0
  Pair pairs[2];     // 16, 32 bytes each
  mat3 turn;         // 80, three columns of 16
  uint counts[8];    // 128
  uint tail[];       // 160
};
layout(std140, binding = 1) uniform Uniforms { float few[3]; };
layout(std430, binding = 2) writeonly buffer Output { float result; };
layout(std430, binding = 3) buffer Unused { uint nothing[]; };

void main() {
  result = float(count) + pose[0].x + centre.x + head + pairs[1].near + turn[0].x + few[2] + float(counts[0] + tail[0]);
}
