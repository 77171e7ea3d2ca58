#version 450
#extension GL_GOOGLE_include_directive : require
#include "Compute/tensors.glsl"
// Copies runs of elements from one tensor to another: copy, slice, concatenate, ring write.
layout(local_size_x = 128) in;
layout(constant_id = 0) const bool RESULT_HALF = false;
layout(constant_id = 1) const bool INPUT_HALF = false;
// Elements a thread moves at once, 1, 2 or 4; it divides all numbers below but `runs`.
layout(constant_id = 2) const uint WIDTH = 1;
layout(constant_id = 3) const bool HAS_SLOT = false;

WRITES(result, 0, RESULT_HALF)
READS(source, 1, INPUT_HALF)
PARAMETERS(2)

layout(push_constant) uniform Push {
  uint runs, run, sourceStart, sourceStride, start, stride;
  // A parameter that adds so many `slotStride`s to `start`.
  uint slotWord, slotStride;
} p;

void main() {
  uint perRun = p.run / WIDTH, start = p.start;
  if (HAS_SLOT) start += parameters[p.slotWord] * p.slotStride;
  uint step = gl_NumWorkGroups.x * gl_WorkGroupSize.x;
  for (uint i = gl_GlobalInvocationID.x; i < p.runs * perRun; i += step) {
    uint run = i / perRun, at = i % perRun * WIDTH;
    uint from = p.sourceStart + run * p.sourceStride + at, to = start + run * p.stride + at;
    if (WIDTH == 4u) resultPut4(to, sourceAt4(from));
    else if (WIDTH == 2u) resultPut2(to, vec2(sourceAt(from), sourceAt(from + 1u)));
    else resultPut(to, sourceAt(from));
  }
}
