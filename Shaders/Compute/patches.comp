#version 450
#extension GL_GOOGLE_include_directive : require
#include "Compute/tensors.glsl"
// Gathers patches of pixels into channels, or scatters them again, four elements a thread: see `Patches`.
layout(local_size_x = 128) in;
layout(constant_id = 0) const bool RESULT_HALF = false;
layout(constant_id = 1) const bool INPUT_HALF = false;
layout(constant_id = 2) const bool SCATTERS = false;
layout(constant_id = 3) const bool CHANNEL_LAST = false;

WRITES(result, 0, RESULT_HALF)
READS(source, 1, INPUT_HALF)

layout(push_constant) uniform Push {
  // Of the picture of pixels, whichever side that is, and of a patch.
  uint count, height, width, channels, patchFrames, patchHeight, patchWidth;
} p;

// Where output element `e` comes from.
uint origin(uint e) {
  uint tokenChannels = p.channels * p.patchFrames * p.patchHeight * p.patchWidth;
  uint tokensDown = p.height / p.patchHeight, tokensAcross = p.width / p.patchWidth;
  if (SCATTERS) {
    uint c = e % p.channels, pixel = e / p.channels;
    uint x = pixel % p.width, y = pixel / p.width % p.height, frame = pixel / (p.width * p.height);
    uint dx = x % p.patchWidth, dy = y % p.patchHeight, df = frame % p.patchFrames;
    uint inPatch = (df * p.patchHeight + dy) * p.patchWidth + dx;
    uint channel = CHANNEL_LAST ? inPatch * p.channels + c : c * (tokenChannels / p.channels) + inPatch;
    uint token = (frame / p.patchFrames * tokensDown + y / p.patchHeight) * tokensAcross + x / p.patchWidth;
    return token * tokenChannels + channel;
  }
  uint channel = e % tokenChannels, token = e / tokenChannels, patchSize = tokenChannels / p.channels;
  uint inPatch = CHANNEL_LAST ? channel / p.channels : channel % patchSize;
  uint c = CHANNEL_LAST ? channel % p.channels : channel / patchSize;
  uint dx = inPatch % p.patchWidth, dy = inPatch / p.patchWidth % p.patchHeight;
  uint df = inPatch / (p.patchWidth * p.patchHeight);
  uint x = token % tokensAcross * p.patchWidth + dx;
  uint y = token / tokensAcross % tokensDown * p.patchHeight + dy;
  uint frame = token / (tokensAcross * tokensDown) * p.patchFrames + df;
  return ((frame * p.height + y) * p.width + x) * p.channels + c;
}

void main() {
  uint stride = gl_NumWorkGroups.x * gl_WorkGroupSize.x * 4u;
  for (uint element = gl_GlobalInvocationID.x * 4u; element < p.count; element += stride) {
    vec4 x;
    for (uint i = 0u; i < 4u; i++) x[i] = sourceAt(origin(min(element + i, p.count - 1u)));
    resultPut4(element, x);
  }
}
