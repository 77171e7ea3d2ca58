#version 450
#extension GL_GOOGLE_include_directive : require
#include "Compute/tensors.glsl"
// Bytes of a picture to numbers, four a thread: see `ImageInput`.
layout(local_size_x = 128) in;
layout(constant_id = 0) const bool RESULT_HALF = false;

WRITES(result, 0, RESULT_HALF)
layout(std430, binding = 1) readonly buffer Picture { uint picture[]; };

layout(push_constant) uniform Push {
  // Bytes from pixel to pixel, row to row and channel to channel.
  uint count, width, channels, pixelStep, rowStep, channelStep;
  float scale, offset;
} p;

void main() {
  uint stride = gl_NumWorkGroups.x * gl_WorkGroupSize.x * 4u;
  for (uint element = gl_GlobalInvocationID.x * 4u; element < p.count; element += stride) {
    vec4 x;
    for (uint i = 0u; i < 4u; i++) {
      uint e = min(element + i, p.count - 1u), pixel = e / p.channels;
      uint at = pixel % p.width * p.pixelStep + pixel / p.width * p.rowStep + e % p.channels * p.channelStep;
      x[i] = float((picture[at / 4u] >> (at % 4u * 8u)) & 0xFFu) * p.scale + p.offset;
    }
    resultPut4(element, x);
  }
}
