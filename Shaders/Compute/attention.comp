#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "Compute/tensors.glsl"
// Attention of a block of queries in one head a workgroup, over blocks of keys, with an online softmax.
layout(local_size_x = 256) in;
layout(constant_id = 0) const bool RESULT_HALF = false;
layout(constant_id = 1) const bool QUERIES_HALF = false;
layout(constant_id = 2) const bool KEYS_HALF = false;
layout(constant_id = 3) const bool VALUES_HALF = false;
layout(constant_id = 4) const uint HEAD = 64;
layout(constant_id = 5) const bool HAS_GEOMETRY = false;

WRITES(result, 0, RESULT_HALF)
READS(queries, 1, QUERIES_HALF)
READS(keys, 2, KEYS_HALF)
READS(values, 3, VALUES_HALF)
#include "Compute/attention.glsl"

const uint ROWS = 64, KEYS = 32, CHUNK = 32;
const uint ROW_LINE = ROWS / 4 + 1, KEY_LINE = KEYS / 4 + 1;
// First queries and keys, depth-major, a chunk of channels at a time; then values, key-major.
shared vec4 work[KEYS * 32];
shared float logits[ROWS * (KEYS + 1)];
shared float partialMaximum[ROWS * 4];
shared float partialSum[ROWS * 4];
shared float factors[ROWS];
shared vec4 rayOf[ROWS];
shared vec4 centreOf[ROWS];
shared vec4 pointOf[KEYS];

void stageQueriesAndKeys(uint firstRow, uint rowCount, uint firstKey, uint keyCount, uint channel, uint depth) {
  for (uint i = gl_LocalInvocationID.x; i < (ROWS + KEYS) * CHUNK / 4u; i += gl_WorkGroupSize.x) {
    uint line = i / (CHUNK / 4u), k = i % (CHUNK / 4u) * 4u;
    bool isQuery = line < ROWS;
    uint row = isQuery ? line : line - ROWS;
    vec4 x = vec4(0.0);
    uint count = depth + k < HEAD ? HEAD - depth - k : 0u;
    if (isQuery) {
      if (row < rowCount) x = queriesRun((firstRow + row) * p.channels + channel + depth + k, count);
    } else if (row < keyCount) {
      x = keysRun((firstKey + row) * p.channels + channel + depth + k, count);
    }
    [[unroll]] for (uint c = 0u; c < 4u; c++) {
      uint at = isQuery ? (k + c) * ROW_LINE : CHUNK * ROW_LINE + (k + c) * KEY_LINE;
      work[at + row / 4u][row & 3u] = x[c];
    }
  }
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint across = lane % 16u, down = lane / 16u;
  uint group = gl_WorkGroupID.x / p.blocks, block = gl_WorkGroupID.x % p.blocks;
  uint firstRow = group * p.groupRows + block * ROWS;
  uint rowCount = min(ROWS, p.groupRows - block * ROWS);
  uint channel = gl_WorkGroupID.y * HEAD;
  // Softmax state of row lane/4, the same in its four lanes.
  uint statRow = lane / 4u, part = lane % 4u;
  float maximum = LOWEST, denominator = 0.0;
  vec4 sums[8];
  [[unroll]] for (uint i = 0u; i < 8u; i++) sums[i] = vec4(0.0);

  if (HAS_GEOMETRY && lane < ROWS) {
    rayOf[lane] = lane < rowCount ? triple(firstRow + lane, 0u) : vec4(0.0);
    centreOf[lane] = lane < rowCount ? triple((firstRow + lane) / p.rowsPerCentre, 2u) : vec4(0.0);
  }
  for (uint range = 0u; range < p.ranges; range++) {
    uint word = p.rangeWord + (group * p.ranges + range) * 2u;
    uint end = parameters[word + 1u];
    for (uint firstKey = parameters[word]; firstKey < end; firstKey += KEYS) {
      uint keyCount = min(KEYS, end - firstKey);
      vec2 scores[4];
      [[unroll]] for (uint i = 0u; i < 4u; i++) scores[i] = vec2(0.0);
      for (uint depth = 0u; depth < HEAD; depth += CHUNK) {
        barrier();
        stageQueriesAndKeys(firstRow, rowCount, firstKey, keyCount, channel, depth);
        if (HAS_GEOMETRY && depth == 0u && lane < KEYS)
          pointOf[lane] = lane < keyCount ? triple(firstKey + lane, 1u) : vec4(0.0);
        barrier();
        for (uint k = 0u; k < CHUNK; k++) {
          vec4 q = work[k * ROW_LINE + down];
          vec4 four = work[CHUNK * ROW_LINE + k * KEY_LINE + across / 2u];
          vec2 key = (across & 1u) != 0u ? four.zw : four.xy;
          scores[0] += q.x * key;
          scores[1] += q.y * key;
          scores[2] += q.z * key;
          scores[3] += q.w * key;
        }
      }
      [[unroll]] for (uint i = 0u; i < 4u; i++) {
        uint row = down * 4u + i;
        [[unroll]] for (uint j = 0u; j < 2u; j++) {
          uint key = across * 2u + j;
          float score = scores[i][j] * p.scale;
          if (HAS_GEOMETRY) score += geometryBias(rayOf[row].xyz, pointOf[key].xyz - centreOf[row].xyz);
          logits[row * (KEYS + 1u) + key] = key < keyCount ? score : LOWEST;
        }
      }
      barrier();
      for (uint i = lane; i < KEYS * 32u; i += gl_WorkGroupSize.x) {
        uint row = i / 32u, d = i % 32u * 4u;
        // Keys outside the range count nothing, but what lies there might be no number.
        bool isInside = row < keyCount && d < HEAD;
        work[i] = isInside ? valuesRun((firstKey + row) * p.channels + channel + d, HEAD - d) : vec4(0.0);
      }
      float highest = LOWEST;
      uint at = statRow * (KEYS + 1u) + part * 8u;
      for (uint i = 0u; i < 8u; i++) highest = max(highest, logits[at + i]);
      partialMaximum[lane] = highest;
      barrier();
      for (uint i = 0u; i < 4u; i++) highest = max(highest, partialMaximum[statRow * 4u + i]);
      highest = max(highest, maximum);
      float factor = exp(maximum - highest), sum = 0.0;
      maximum = highest;
      for (uint i = 0u; i < 8u; i++) {
        float weight = part * 8u + i < keyCount ? exp(logits[at + i] - highest) : 0.0;
        logits[at + i] = weight;
        sum += weight;
      }
      partialSum[lane] = sum;
      if (part == 0u) factors[statRow] = factor;
      barrier();
      denominator *= factor;
      for (uint i = 0u; i < 4u; i++) denominator += partialSum[statRow * 4u + i];
      [[unroll]] for (uint i = 0u; i < 4u; i++) {
        float scaling = factors[down * 4u + i];
        sums[i * 2u] *= scaling;
        sums[i * 2u + 1u] *= scaling;
      }
      for (uint key = 0u; key < keyCount; key++) {
        vec4 low = work[key * 32u + across], high = HEAD > 64u ? work[key * 32u + 16u + across] : vec4(0.0);
        [[unroll]] for (uint i = 0u; i < 4u; i++) {
          float weight = logits[(down * 4u + i) * (KEYS + 1u) + key];
          sums[i * 2u] += weight * low;
          if (HEAD > 64u) sums[i * 2u + 1u] += weight * high;
        }
      }
    }
  }
  barrier();
  if (part == 0u) factors[statRow] = denominator;
  barrier();
  [[unroll]] for (uint i = 0u; i < 4u; i++) {
    uint row = down * 4u + i;
    if (row >= rowCount) continue;
    float weight = factors[row] > 0.0 ? 1.0 / factors[row] : 0.0;
    [[unroll]] for (uint j = 0u; j < 2u; j++) {
      uint d = j * 64u + across * 4u;
      if (d < HEAD) resultPutRun((firstRow + row) * p.channels + channel + d, sums[i * 2u + j] * weight, HEAD - d);
    }
  }
}
