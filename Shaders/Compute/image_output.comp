#version 450
#extension GL_GOOGLE_include_directive : require
#include "Compute/tensors.glsl"
// Numbers to the bytes of a picture, four a thread: see `ImageOutput`.
layout(local_size_x = 128) in;
layout(constant_id = 0) const bool INPUT_HALF = false;

layout(std430, binding = 0) writeonly buffer Picture { uint picture[]; };
READS(source, 1, INPUT_HALF)

layout(push_constant) uniform Push {
  // `planeRows`: rows of one plane, or of the whole picture when its channels are interleaved.
  uint byteCount, width, channels, isPlanar, rowBytes, planeRows;
  float scale, offset;
} p;

uint sampleAt(uint at) {
  uint x = at % p.rowBytes, row = at / p.rowBytes, channel = 0u;
  if (p.isPlanar != 0u) {
    channel = row / p.planeRows;
    row %= p.planeRows;
  } else {
    channel = x % p.channels;
    x /= p.channels;
  }
  if (at >= p.byteCount || x >= p.width) return 0u;
  float value = (sourceAt((row * p.width + x) * p.channels + channel) - p.offset) / p.scale;
  // Not a number is not above 0 either.
  return value > 0.0 ? uint(roundEven(min(value, 255.0))) : 0u;
}

void main() {
  uint words = (p.byteCount + 3u) / 4u, stride = gl_NumWorkGroups.x * gl_WorkGroupSize.x;
  for (uint word = gl_GlobalInvocationID.x; word < words; word += stride) {
    uint packed = 0u;
    for (uint i = 0u; i < 4u; i++) packed |= sampleAt(word * 4u + i) << (i * 8u);
    picture[word] = packed;
  }
}
