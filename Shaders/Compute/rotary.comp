#version 450
#extension GL_GOOGLE_include_directive : require
#include "Compute/tensors.glsl"
// Turns one pair of channels a thread by its token's place: see `RotaryEmbedding`. Cosines and sines come from the
// host, because a device's own are good to 2⁻¹¹ only.
layout(local_size_x = 128) in;
layout(constant_id = 0) const bool RESULT_HALF = false;
layout(constant_id = 1) const bool INPUT_HALF = false;

WRITES(result, 0, RESULT_HALF)
READS(source, 1, INPUT_HALF)
PARAMETERS(2)

layout(push_constant) uniform Push {
  uint pairs, pairsPerRow, headPairs, height, width;
  // Pairs of a head for time and height; the rest is for width.
  uint timePairs, heightPairs;
  // First words of the tables of (cosine, sine) by place and pair.
  uint timeWord, heightWord, widthWord;
} p;

void main() {
  uint stride = gl_NumWorkGroups.x * gl_WorkGroupSize.x;
  uint widthPairs = p.headPairs - p.timePairs - p.heightPairs;
  for (uint i = gl_GlobalInvocationID.x; i < p.pairs; i += stride) {
    uint token = i / p.pairsPerRow, pair = i % p.pairsPerRow % p.headPairs;
    uint x = token % p.width, y = token / p.width % p.height, frame = token / (p.width * p.height);
    uint word;
    if (pair < p.timePairs) word = p.timeWord + 2u * (frame * p.timePairs + pair);
    else if (pair < p.timePairs + p.heightPairs)
      word = p.heightWord + 2u * (y * p.heightPairs + pair - p.timePairs);
    else word = p.widthWord + 2u * (x * widthPairs + pair - p.timePairs - p.heightPairs);
    float cosine = parameterReal(word), sine = parameterReal(word + 1u);
    float even = sourceAt(i * 2u), odd = sourceAt(i * 2u + 1u);
    resultPut2(i * 2u, vec2(even * cosine - odd * sine, even * sine + odd * cosine));
  }
}
