#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_NV_cooperative_matrix : require
#include "Compute/tensors.glsl"
#include "Compute/matrices.glsl"
// attention.comp on matrix units, for queries, keys and values that hold halves. A subgroup takes ROWS queries: all of a
// softmax is its own, and only keys and values are shared by the workgroup.
layout(constant_id = 1) const bool RESULT_HALF = false;
// The head's size, filled up with zeros to a multiple of DEPTH and COLUMNS.
layout(constant_id = 2) const uint WIDTH = 64;
layout(constant_id = 3) const uint SUBGROUPS = 4;
layout(constant_id = 4) const uint HEAD = 64;
layout(constant_id = 5) const bool HAS_GEOMETRY = false;

WRITES(result, 0, RESULT_HALF)
READS(queries, 1, true)
HALVES(queries)
READS(keys, 2, true)
HALVES(keys)
READS(values, 3, true)
HALVES(values)
#include "Compute/attention.glsl"

const uint BLOCK = ROWS * SUBGROUPS, KEYS = 32, THREADS = SUBGROUPS * SUBGROUP_SIZE;
const uint EIGHTHS = WIDTH / 8u, HEAD_LINE = EIGHTHS + 1u, WEIGHT_LINE = KEYS / 8u + 1u, LOGIT_LINE = KEYS + 4u;
shared uvec4 queryTile[BLOCK * HEAD_LINE];
// Keys, then values.
shared uvec4 keyTile[KEYS * HEAD_LINE];
shared uvec4 weightTile[BLOCK * WEIGHT_LINE];
shared float logits[BLOCK * LOGIT_LINE];
shared float partial[THREADS];
// Of each query: the highest logit so far, the sum of weights, and what earlier sums are multiplied by.
shared float maxima[BLOCK];
shared float totals[BLOCK];
shared float factors[BLOCK];
// Whether any factor is not 1: asked of the whole workgroup, so that all its subgroups meet the same barriers.
shared uint rescales;
shared float matrix[SUBGROUPS * ROWS * COLUMNS];
shared vec4 rayOf[BLOCK];
shared vec4 centreOf[BLOCK];
shared vec4 pointOf[KEYS];

const uint ACROSS = WIDTH / COLUMNS;
SUM_MATRIX sums[ACROSS];
// Keys or values on their way to shared memory.
const uint PARTS = (KEYS * EIGHTHS + THREADS - 1u) / THREADS;
uvec4 parts[PARTS];

void fetch(bool isValue, uint firstKey, uint keyCount, uint channel) {
  [[unroll]] for (uint part = 0u; part < PARTS; part++) {
    uint i = part * THREADS + gl_LocalInvocationID.x, row = i / EIGHTHS, d = i % EIGHTHS * 8u;
    parts[part] = uvec4(0u);
    // Keys outside the range count nothing, but what lies there might be no number.
    if (row >= keyCount || d >= HEAD) continue;
    uint element = (firstKey + row) * p.channels + channel + d;
    if (isValue) parts[part] = valuesHalves(element, HEAD - d);
    else parts[part] = keysHalves(element, HEAD - d);
  }
}

void store() {
  [[unroll]] for (uint part = 0u; part < PARTS; part++) {
    uint i = part * THREADS + gl_LocalInvocationID.x;
    if (i < KEYS * EIGHTHS) keyTile[i / EIGHTHS * HEAD_LINE + i % EIGHTHS] = parts[part];
  }
}

// Queries × keys, this subgroup's rows.
void multiplyKeys(uint firstLine) {
  [[unroll]] for (uint j = 0u; j < KEYS; j += COLUMNS) {
    SUM_MATRIX products = SUM_MATRIX(0.0);
    for (uint k = 0u; k < WIDTH; k += DEPTH) {
      LEFT_MATRIX left;
      RIGHT_MATRIX right;
      coopMatLoadNV(left, queryTile, firstLine * HEAD_LINE + k / 8u, HEAD_LINE, false);
      coopMatLoadNV(right, keyTile, j * HEAD_LINE + k / 8u, HEAD_LINE, true);
      products = coopMatMulAddNV(left, right, products);
    }
    coopMatStoreNV(products, logits, firstLine * LOGIT_LINE + j, LOGIT_LINE, false);
  }
}

// One row's logits become weights. `SHARING` threads share a row, a stretch of keys each; or a thread takes several.
const uint SHARING = SUBGROUP_SIZE > ROWS ? SUBGROUP_SIZE / ROWS : 1u;
const uint STRETCH = KEYS / SHARING;

void weigh(uint line, uint keyCount) {
  uint lane = gl_SubgroupID * SUBGROUP_SIZE + gl_SubgroupInvocationID, sharer = lane % SHARING;
  uint first = sharer * STRETCH, at = line * LOGIT_LINE + first;
  float highest = maxima[line], maximum = highest;
  for (uint i = 0u; i < STRETCH; i++) {
    float score = logits[at + i] * p.scale;
    if (HAS_GEOMETRY) score += geometryBias(rayOf[line].xyz, pointOf[first + i].xyz - centreOf[line].xyz);
    score = first + i < keyCount ? score : LOWEST;
    logits[at + i] = score;
    highest = max(highest, score);
  }
  partial[lane] = highest;
  subgroupExchange();
  for (uint i = 0u; i < SHARING; i++) highest = max(highest, partial[lane - sharer + i]);
  float sum = 0.0;
  for (uint i = 0u; i < STRETCH; i += 2u) {
    vec2 weights = exp(vec2(logits[at + i], logits[at + i + 1u]) - highest);
    if (first + i >= keyCount) weights.x = 0.0;
    if (first + i + 1u >= keyCount) weights.y = 0.0;
    weightTile[line * WEIGHT_LINE + (first + i) / 8u][(first + i) / 2u & 3u] = packHalves(weights);
    sum += weights.x + weights.y;
  }
  subgroupExchange();
  partial[lane] = sum;
  subgroupExchange();
  if (sharer != 0u) return;
  float factor = exp(maximum - highest);
  sum = totals[line] * factor;
  for (uint i = 0u; i < SHARING; i++) sum += partial[lane + i];
  totals[line] = sum;
  maxima[line] = highest;
  factors[line] = factor;
  if (factor != 1.0) rescales = 1u;
}

// Multiplies the sums by their rows' factors. Seldom needed once the first keys are through, so it may go through memory,
// where it is plain which element is whose.
void rescale(uint firstLine) {
  uint base = gl_SubgroupID * ROWS * COLUMNS;
  [[unroll]] for (uint j = 0u; j < ACROSS; j++) {
    coopMatStoreNV(sums[j], matrix, base, COLUMNS, false);
    subgroupExchange();
    for (uint i = gl_SubgroupInvocationID; i < ROWS * COLUMNS; i += SUBGROUP_SIZE)
      matrix[base + i] *= factors[firstLine + i / COLUMNS];
    subgroupExchange();
    coopMatLoadNV(sums[j], matrix, base, COLUMNS, false);
    subgroupExchange();
  }
}

void addValues(uint firstLine) {
  for (uint k = 0u; k < KEYS; k += DEPTH) {
    LEFT_MATRIX left;
    coopMatLoadNV(left, weightTile, firstLine * WEIGHT_LINE + k / 8u, WEIGHT_LINE, false);
    [[unroll]] for (uint j = 0u; j < ACROSS; j++) {
      RIGHT_MATRIX right;
      coopMatLoadNV(right, keyTile, k * HEAD_LINE + j * COLUMNS / 8u, HEAD_LINE, false);
      sums[j] = coopMatMulAddNV(left, right, sums[j]);
    }
  }
}

void main() {
  uint group = gl_WorkGroupID.x / p.blocks, block = gl_WorkGroupID.x % p.blocks;
  uint firstRow = group * p.groupRows + block * BLOCK;
  uint rowCount = min(BLOCK, p.groupRows - block * BLOCK);
  uint channel = gl_WorkGroupID.y * HEAD;
  uint firstLine = gl_SubgroupID * ROWS;
  [[unroll]] for (uint j = 0u; j < ACROSS; j++) sums[j] = SUM_MATRIX(0.0);
  for (uint i = gl_LocalInvocationID.x; i < BLOCK * EIGHTHS; i += THREADS) {
    uint row = i / EIGHTHS, d = i % EIGHTHS * 8u;
    bool isInside = row < rowCount && d < HEAD;
    queryTile[row * HEAD_LINE + i % EIGHTHS] =
      isInside ? queriesHalves((firstRow + row) * p.channels + channel + d, HEAD - d) : uvec4(0u);
  }
  for (uint i = gl_LocalInvocationID.x; i < BLOCK; i += THREADS) {
    maxima[i] = LOWEST;
    totals[i] = 0.0;
    if (HAS_GEOMETRY) {
      rayOf[i] = i < rowCount ? triple(firstRow + i, 0u) : vec4(0.0);
      centreOf[i] = i < rowCount ? triple((firstRow + i) / p.rowsPerCentre, 2u) : vec4(0.0);
    }
  }
  for (uint range = 0u; range < p.ranges; range++) {
    uint word = p.rangeWord + (group * p.ranges + range) * 2u;
    uint end = parameters[word + 1u];
    for (uint firstKey = parameters[word]; firstKey < end; firstKey += KEYS) {
      uint keyCount = min(KEYS, end - firstKey);
      fetch(false, firstKey, keyCount, channel);
      barrier();
      store();
      if (HAS_GEOMETRY)
        for (uint i = gl_LocalInvocationID.x; i < keyCount; i += THREADS) pointOf[i] = triple(firstKey + i, 1u);
      if (gl_LocalInvocationID.x == 0u) rescales = 0u;
      barrier();
      // Asked for before they are needed.
      fetch(true, firstKey, keyCount, channel);
      multiplyKeys(firstLine);
      subgroupExchange();
      for (uint i = gl_SubgroupInvocationID / SHARING; i < ROWS; i += SUBGROUP_SIZE / SHARING)
        weigh(firstLine + i, keyCount);
      barrier();
      store();
      barrier();
      if (rescales != 0u) rescale(firstLine);
      addValues(firstLine);
    }
  }
  barrier();
  uint base = gl_SubgroupID * ROWS * COLUMNS;
  [[unroll]] for (uint j = 0u; j < ACROSS; j++) {
    coopMatStoreNV(sums[j], matrix, base, COLUMNS, false);
    subgroupExchange();
    for (uint i = gl_SubgroupInvocationID; i < ROWS * COLUMNS / 4u; i += SUBGROUP_SIZE) {
      uint at = base + i * 4u, row = firstLine + i / (COLUMNS / 4u), d = j * COLUMNS + i % (COLUMNS / 4u) * 4u;
      if (row >= rowCount || d >= HEAD) continue;
      float weight = totals[row] > 0.0 ? 1.0 / totals[row] : 0.0;
      vec4 four = vec4(matrix[at], matrix[at + 1u], matrix[at + 2u], matrix[at + 3u]) * weight;
      resultPutRun((firstRow + row) * p.channels + channel + d, four, HEAD - d);
    }
    subgroupExchange();
  }
}
