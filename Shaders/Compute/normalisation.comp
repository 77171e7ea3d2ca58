#version 450
#extension GL_GOOGLE_include_directive : require
#include "Compute/tensors.glsl"
// Normalises one row of channels a workgroup: see `Normalisation`.
layout(local_size_x_id = 0) in;
layout(constant_id = 0) const uint LANES = 64;
layout(constant_id = 1) const bool RESULT_HALF = false;
layout(constant_id = 2) const bool INPUT_HALF = false;
layout(constant_id = 3) const bool WEIGHT_HALF = false;
layout(constant_id = 4) const bool BIAS_HALF = false;
layout(constant_id = 5) const bool SCALE_HALF = false;
layout(constant_id = 6) const bool SHIFT_HALF = false;
layout(constant_id = 7) const bool IS_LAYER = false;
layout(constant_id = 8) const bool HAS_WEIGHT = false;
layout(constant_id = 9) const bool HAS_BIAS = false;
layout(constant_id = 10) const bool HAS_SCALE = false;
layout(constant_id = 11) const bool HAS_SHIFT = false;

WRITES(result, 0, RESULT_HALF)
READS(source, 1, INPUT_HALF)
READS(weight, 2, WEIGHT_HALF)
READS(bias, 3, BIAS_HALF)
READS(scale, 4, SCALE_HALF)
READS(shift, 5, SHIFT_HALF)

layout(push_constant) uniform Push {
  uint rows, channels, rowsPerScale, scaleChannels, rowsPerShift, shiftChannels;
  float epsilon;
} p;

shared float partial[LANES];

// The sum of all lanes' values, in every lane.
float total(float value) {
  uint lane = gl_LocalInvocationID.x;
  barrier();
  partial[lane] = value;
  for (uint reach = LANES / 2u; reach > 0u; reach /= 2u) {
    barrier();
    if (lane < reach) partial[lane] += partial[lane + reach];
  }
  barrier();
  return partial[0];
}

// Sums over the four channels of a run that are the row's.
float sum(vec4 x) { return (x.x + x.y) + (x.z + x.w); }
vec4 inside(vec4 x, uint channel) {
  return mix(vec4(0.0), x, lessThan(uvec4(channel, channel + 1u, channel + 2u, channel + 3u), uvec4(p.channels)));
}

void main() {
  uint step = LANES * 4u, start = gl_LocalInvocationID.x * 4u;
  for (uint row = gl_WorkGroupID.x; row < p.rows; row += gl_NumWorkGroups.x) {
    uint base = row * p.channels;
    float mean = 0.0;
    if (IS_LAYER) {
      float part = 0.0;
      for (uint c = start; c < p.channels; c += step) part += sum(sourceRun(base + c, p.channels - c));
      mean = total(part) / float(p.channels);
    }
    float squares = 0.0;
    for (uint c = start; c < p.channels; c += step) {
      vec4 x = inside(sourceRun(base + c, p.channels - c) - mean, c);
      squares += sum(x * x);
    }
    float factor = 1.0 / sqrt(total(squares) / float(p.channels) + p.epsilon);
    for (uint c = start; c < p.channels; c += step) {
      uint count = p.channels - c;
      vec4 x = (sourceRun(base + c, count) - mean) * factor;
      if (HAS_WEIGHT) x *= weightRun(c, count);
      if (HAS_BIAS) x += biasRun(c, count);
      if (HAS_SCALE) {
        uint group = row / p.rowsPerScale;
        x *= 1.0 + (p.scaleChannels == 1u ? vec4(scaleAt(group)) : scaleRun(group * p.channels + c, count));
      }
      if (HAS_SHIFT) {
        uint group = row / p.rowsPerShift;
        x += p.shiftChannels == 1u ? vec4(shiftAt(group)) : shiftRun(group * p.channels + c, count);
      }
      resultPutRun(base + c, x, count);
    }
  }
}
