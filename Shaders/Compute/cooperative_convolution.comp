#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_NV_cooperative_matrix : require
#include "Compute/tensors.glsl"
// convolution.comp on matrix units, for pixels and weights that hold halves.
const bool TRANSPOSE_LEFT = false, TRANSPOSE_RIGHT = false;
#include "Compute/cooperative.glsl"
#include "Compute/taps.glsl"
#include "Compute/epilogue.glsl"

READS(image, 0, true)
HALVES(image)
READS(weights, 1, true)
HALVES(weights)

uint rows, firstRow, firstColumn;

uvec4 leftPart(uint line, uint eighth, uint depth) {
  uint first = depth + eighth * 8u;
  ivec4 place = places[line];
  if (CHANNELS % 8u == 0u) {
    int from = first < TAPS * CHANNELS ? pixel(place, first / CHANNELS) : -1;
    return from >= 0 ? imageHalves(uint(from) * CHANNELS + first % CHANNELS, 8u) : uvec4(0u);
  }
  vec4 values[2];
  [[unroll]] for (uint i = 0u; i < 8u; i++) {
    uint k = first + i;
    int from = k < TAPS * CHANNELS ? pixel(place, k / CHANNELS) : -1;
    values[i / 4u][i % 4u] = from >= 0 ? imageAt(uint(from) * CHANNELS + k % CHANNELS) : 0.0;
  }
  return uvec4(
    packHalves(values[0].xy), packHalves(values[0].zw), packHalves(values[1].xy), packHalves(values[1].zw));
}

uvec4 rightPart(uint line, uint eighth, uint depth) {
  uint k = depth + line, column = firstColumn + eighth * 8u;
  if (k >= TAPS * CHANNELS || column >= p.columns) return uvec4(0u);
  return weightsHalves(k * p.columns + column, p.columns - column);
}

void finishQuad(vec4 sums, uint row, uint column) {
  row += firstRow;
  column += firstColumn;
  if (row < rows && column < p.columns) finish(sums, row, column, p.columns, p.rowsPerGate);
}

void main() {
  rows = p.frames * p.outHeight * p.outWidth;
  uint across = (p.columns + TILE_COLUMNS - 1u) / TILE_COLUMNS;
  uint down = (rows + TILE_ROWS - 1u) / TILE_ROWS;
  for (uint tile = gl_WorkGroupID.x; tile < across * down; tile += gl_NumWorkGroups.x) {
    firstRow = tile / across * TILE_ROWS;
    firstColumn = tile % across * TILE_COLUMNS;
    barrier();
    findPlaces(firstRow, rows);
    barrier();
    multiplyMatrices(TAPS * CHANNELS);
    finishSums();
  }
}
