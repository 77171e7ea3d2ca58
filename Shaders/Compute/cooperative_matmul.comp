#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_NV_cooperative_matrix : require
#include "Compute/tensors.glsl"
// matmul.comp on matrix units, for operands that hold halves.
layout(constant_id = 18) const bool TRANSPOSE_LEFT = false;
layout(constant_id = 19) const bool TRANSPOSE_RIGHT = false;
#include "Compute/cooperative.glsl"
#include "Compute/epilogue.glsl"

READS(left, 0, true)
HALVES(left)
READS(right, 1, true)
HALVES(right)

layout(push_constant) uniform Push {
  uint batch, rows, columns, depth, rowsPerGate;
} p;

uint batch, firstRow, firstColumn, leftBase, rightBase;

uvec4 leftPart(uint line, uint eighth, uint depth) {
  uint row = firstRow + (TRANSPOSE_LEFT ? eighth * 8u : line), k = depth + (TRANSPOSE_LEFT ? line : eighth * 8u);
  if (row >= p.rows || k >= p.depth) return uvec4(0u);
  return TRANSPOSE_LEFT ? leftHalves(leftBase + k * p.rows + row, p.rows - row)
                        : leftHalves(leftBase + row * p.depth + k, p.depth - k);
}

uvec4 rightPart(uint line, uint eighth, uint depth) {
  uint column = firstColumn + (TRANSPOSE_RIGHT ? line : eighth * 8u);
  uint k = depth + (TRANSPOSE_RIGHT ? eighth * 8u : line);
  if (column >= p.columns || k >= p.depth) return uvec4(0u);
  return TRANSPOSE_RIGHT ? rightHalves(rightBase + column * p.depth + k, p.depth - k)
                         : rightHalves(rightBase + k * p.columns + column, p.columns - column);
}

void finishQuad(vec4 sums, uint row, uint column) {
  row += firstRow;
  column += firstColumn;
  if (row < p.rows && column < p.columns) finish(sums, batch * p.rows + row, column, p.columns, p.rowsPerGate);
}

void main() {
  uint across = (p.columns + TILE_COLUMNS - 1u) / TILE_COLUMNS;
  uint down = (p.rows + TILE_ROWS - 1u) / TILE_ROWS;
  for (uint tile = gl_WorkGroupID.x; tile < across * down * p.batch; tile += gl_NumWorkGroups.x) {
    batch = tile / (across * down);
    firstRow = tile / across % down * TILE_ROWS;
    firstColumn = tile % across * TILE_COLUMNS;
    leftBase = batch * p.rows * p.depth;
    rightBase = batch * p.columns * p.depth;
    multiplyMatrices(p.depth);
    finishSums();
  }
}
