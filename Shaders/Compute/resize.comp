#version 450
#extension GL_GOOGLE_include_directive : require
#include "Compute/tensors.glsl"
// Scales frames × height × width × channels, four elements a thread: see `Resize`.
layout(local_size_x = 128) in;
layout(constant_id = 0) const bool RESULT_HALF = false;
layout(constant_id = 1) const bool INPUT_HALF = false;
layout(constant_id = 2) const bool IS_BILINEAR = false;

WRITES(result, 0, RESULT_HALF)
READS(source, 1, INPUT_HALF)

layout(push_constant) uniform Push {
  uint count, channels, height, width, outHeight, outWidth;
} p;

// The two input places around output place x, and how far towards the second. In whole numbers: a float's place would
// be off by 10⁻⁵ in a wide picture.
uint around(uint x, uint size, uint outSize, out uint next, out float towards) {
  uint doubled = (2u * x + 1u) * size;
  uint offset = doubled > outSize ? doubled - outSize : 0u;
  uint low = min(offset / (2u * outSize), size - 1u);
  next = min(low + 1u, size - 1u);
  towards = float(offset - low * 2u * outSize) / float(2u * outSize);
  return low;
}

// Elements from `channel` of output pixel number `pixel`.
vec4 sampled(uint pixel, uint channel, uint count) {
  uint x = pixel % p.outWidth, y = pixel / p.outWidth % p.outHeight, frame = pixel / (p.outWidth * p.outHeight);
  uint base = frame * p.height;
  if (!IS_BILINEAR) {
    uint row = base + y * p.height / p.outHeight;
    return sourceRun((row * p.width + x * p.width / p.outWidth) * p.channels + channel, count);
  }
  uint right, below;
  float towardsRight, towardsBelow;
  uint left = around(x, p.width, p.outWidth, right, towardsRight);
  uint above = around(y, p.height, p.outHeight, below, towardsBelow);
  vec4 top = mix(
    sourceRun(((base + above) * p.width + left) * p.channels + channel, count),
    sourceRun(((base + above) * p.width + right) * p.channels + channel, count), towardsRight);
  vec4 bottom = mix(
    sourceRun(((base + below) * p.width + left) * p.channels + channel, count),
    sourceRun(((base + below) * p.width + right) * p.channels + channel, count), towardsRight);
  return mix(top, bottom, towardsBelow);
}

void main() {
  uint stride = gl_NumWorkGroups.x * gl_WorkGroupSize.x * 4u;
  for (uint element = gl_GlobalInvocationID.x * 4u; element < p.count; element += stride) {
    vec4 x;
    if (p.channels % 4u == 0u) {
      x = sampled(element / p.channels, element % p.channels, 4u);
    } else {
      for (uint i = 0u; i < 4u; i++) {
        uint e = min(element + i, p.count - 1u);
        x[i] = sampled(e / p.channels, e % p.channels, 1u).x;
      }
    }
    resultPut4(element, x);
  }
}
