#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "Compute/tensors.glsl"
#include "Compute/tiles.glsl"
#include "Compute/epilogue.glsl"
// One tile of a matrix product a workgroup.
layout(constant_id = 6) const bool LEFT_HALF = false;
layout(constant_id = 7) const bool RIGHT_HALF = false;
layout(constant_id = 18) const bool TRANSPOSE_LEFT = false;
layout(constant_id = 19) const bool TRANSPOSE_RIGHT = false;

READS(left, 0, LEFT_HALF)
READS(right, 1, RIGHT_HALF)

layout(push_constant) uniform Push {
  uint batch, rows, columns, depth, rowsPerGate;
} p;

uint firstRow, firstColumn, leftBase, rightBase;

void stageLeft(uint depth) {
  for (uint i = gl_LocalInvocationID.x; i < TILE_ROWS * TILE_DEPTH / 4u; i += gl_WorkGroupSize.x) {
    if (TRANSPOSE_LEFT) {
      uint k = i / (TILE_ROWS / 4u), quad = i % (TILE_ROWS / 4u), row = firstRow + quad * 4u;
      bool isInside = row < p.rows && depth + k < p.depth;
      leftTile[k * LEFT_LINE + quad] =
        isInside ? leftRun(leftBase + (depth + k) * p.rows + row, p.rows - row) : vec4(0.0);
    } else {
      uint line = i / (TILE_DEPTH / 4u), k = i % (TILE_DEPTH / 4u) * 4u, row = firstRow + line;
      bool isInside = row < p.rows && depth + k < p.depth;
      vec4 values = isInside ? leftRun(leftBase + row * p.depth + depth + k, p.depth - depth - k) : vec4(0.0);
      [[unroll]] for (uint c = 0u; c < 4u; c++) leftTile[(k + c) * LEFT_LINE + line / 4u][line & 3u] = values[c];
    }
  }
}

void stageRight(uint depth) {
  for (uint i = gl_LocalInvocationID.x; i < TILE_COLUMNS * TILE_DEPTH / 4u; i += gl_WorkGroupSize.x) {
    if (TRANSPOSE_RIGHT) {
      uint line = i / (TILE_DEPTH / 4u), k = i % (TILE_DEPTH / 4u) * 4u, column = firstColumn + line;
      bool isInside = column < p.columns && depth + k < p.depth;
      vec4 values = isInside ? rightRun(rightBase + column * p.depth + depth + k, p.depth - depth - k) : vec4(0.0);
      [[unroll]] for (uint c = 0u; c < 4u; c++) rightTile[(k + c) * RIGHT_LINE + line / 4u][line & 3u] = values[c];
    } else {
      uint k = i / (TILE_COLUMNS / 4u), quad = i % (TILE_COLUMNS / 4u), column = firstColumn + quad * 4u;
      bool isInside = column < p.columns && depth + k < p.depth;
      rightTile[k * RIGHT_LINE + quad] =
        isInside ? rightRun(rightBase + (depth + k) * p.columns + column, p.columns - column) : vec4(0.0);
    }
  }
}

void main() {
  uint across = (p.columns + TILE_COLUMNS - 1u) / TILE_COLUMNS;
  uint down = (p.rows + TILE_ROWS - 1u) / TILE_ROWS;
  for (uint tile = gl_WorkGroupID.x; tile < across * down * p.batch; tile += gl_NumWorkGroups.x) {
    uint batch = tile / (across * down);
    firstRow = tile / across % down * TILE_ROWS;
    firstColumn = tile % across * TILE_COLUMNS;
    leftBase = batch * p.rows * p.depth;
    rightBase = batch * p.columns * p.depth;
    multiplyTiles(p.depth);
    [[unroll]] for (uint i = 0u; i < THREAD_ROWS; i++) {
      uint row = firstRow + threadRow(i / 4u) + i % 4u;
      [[unroll]] for (uint j = 0u; j < COLUMN_GROUPS; j++) {
        uint column = firstColumn + threadColumn(j);
        if (row < p.rows && column < p.columns)
          finish(sums[i * COLUMN_GROUPS + j], batch * p.rows + row, column, p.columns, p.rowsPerGate);
      }
    }
  }
}
