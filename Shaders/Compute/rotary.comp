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
  uint pairs, pairsPerRow, headPairs;
  // Pairs of a head for time; the rest is for height and width.
  uint timePairs;
  // Of a frame.
  uint tokens;
  // First words of the tables of (cosine, sine): by frame and pair, by token and pair.
  uint timeWord, spaceWord;
} p;

void main() {
  uint stride = gl_NumWorkGroups.x * gl_WorkGroupSize.x;
  uint spacePairs = p.headPairs - p.timePairs;
  for (uint i = gl_GlobalInvocationID.x; i < p.pairs; i += stride) {
    uint row = i / p.pairsPerRow, pair = i % p.pairsPerRow % p.headPairs;
    uint word;
    if (pair < p.timePairs) word = p.timeWord + 2u * (row / p.tokens * p.timePairs + pair);
    else word = p.spaceWord + 2u * (row % p.tokens * spacePairs + pair - p.timePairs);
    float cosine = parameterReal(word), sine = parameterReal(word + 1u);
    float even = sourceAt(i * 2u), odd = sourceAt(i * 2u + 1u);
    resultPut2(i * 2u, vec2(even * cosine - odd * sine, even * sine + odd * cosine));
  }
}
