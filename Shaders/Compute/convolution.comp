#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "Compute/tensors.glsl"
#include "Compute/tiles.glsl"
#include "Compute/taps.glsl"
#include "Compute/epilogue.glsl"
// A convolution as a product of pixels × (taps · channels) and weights, the pixels' matrix never held in memory.
layout(constant_id = 6) const bool INPUT_HALF = false;
layout(constant_id = 7) const bool WEIGHTS_HALF = false;

READS(image, 0, INPUT_HALF)
// (tap · channels + channel) × output channels.
READS(weights, 1, WEIGHTS_HALF)

uint firstColumn;

void stageLeft(uint depth) {
  for (uint i = gl_LocalInvocationID.x; i < TILE_ROWS * TILE_DEPTH / 4u; i += gl_WorkGroupSize.x) {
    uint line = i / (TILE_DEPTH / 4u), k = i % (TILE_DEPTH / 4u) * 4u, first = depth + k;
    ivec4 place = places[line];
    vec4 values = vec4(0.0);
    if (CHANNELS % 4u == 0u) {
      int from = first < TAPS * CHANNELS ? pixel(place, first / CHANNELS) : -1;
      if (from >= 0) values = imageAt4(uint(from) * CHANNELS + first % CHANNELS);
    } else {
      for (uint c = 0u; c < 4u && first + c < TAPS * CHANNELS; c++) {
        int from = pixel(place, (first + c) / CHANNELS);
        if (from >= 0) values[c] = imageAt(uint(from) * CHANNELS + (first + c) % CHANNELS);
      }
    }
    [[unroll]] for (uint c = 0u; c < 4u; c++) leftTile[(k + c) * LEFT_LINE + line / 4u][line & 3u] = values[c];
  }
}

void stageRight(uint depth) {
  for (uint i = gl_LocalInvocationID.x; i < TILE_COLUMNS * TILE_DEPTH / 4u; i += gl_WorkGroupSize.x) {
    uint k = i / (TILE_COLUMNS / 4u), quad = i % (TILE_COLUMNS / 4u), column = firstColumn + quad * 4u;
    bool isInside = column < p.columns && depth + k < TAPS * CHANNELS;
    rightTile[k * RIGHT_LINE + quad] =
      isInside ? weightsRun((depth + k) * p.columns + column, p.columns - column) : vec4(0.0);
  }
}

void main() {
  uint rows = p.frames * p.outHeight * p.outWidth;
  uint across = (p.columns + TILE_COLUMNS - 1u) / TILE_COLUMNS;
  uint down = (rows + TILE_ROWS - 1u) / TILE_ROWS;
  for (uint tile = gl_WorkGroupID.x; tile < across * down; tile += gl_NumWorkGroups.x) {
    uint firstRow = tile / across * TILE_ROWS;
    firstColumn = tile % across * TILE_COLUMNS;
    barrier();
    findPlaces(firstRow, rows);
    multiplyTiles(TAPS * CHANNELS);
    [[unroll]] for (uint i = 0u; i < THREAD_ROWS; i++) {
      uint row = firstRow + threadRow(i / 4u) + i % 4u;
      [[unroll]] for (uint j = 0u; j < COLUMN_GROUPS; j++) {
        uint column = firstColumn + threadColumn(j);
        if (row < rows && column < p.columns)
          finish(sums[i * COLUMN_GROUPS + j], row, column, p.columns, p.rowsPerGate);
      }
    }
  }
}
