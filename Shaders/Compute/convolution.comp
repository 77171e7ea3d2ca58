#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "Compute/tensors.glsl"
#include "Compute/tiles.glsl"
#include "Compute/epilogue.glsl"
// A convolution as a product of pixels × (taps · channels) and weights, the pixels' matrix never held in memory.
layout(constant_id = 6) const bool INPUT_HALF = false;
layout(constant_id = 7) const bool WEIGHTS_HALF = false;
layout(constant_id = 18) const uint SIZE = 3;
layout(constant_id = 19) const uint STRIDE = 1;
layout(constant_id = 20) const uint CHANNELS = 4;

READS(image, 0, INPUT_HALF)
// (tap · channels + channel) × output channels.
READS(weights, 1, WEIGHTS_HALF)

layout(push_constant) uniform Push {
  uint frames, height, width, outHeight, outWidth, columns, rowsPerGate;
} p;

// For each row of the tile: the frame's first pixel, and the place of the first tap; -1 as frame where there is no row.
shared ivec4 places[TILE_ROWS];
uint firstColumn;

// Which pixel a tap reads; -1 outside.
int pixel(ivec4 place, uint tap) {
  int y = place.y + int(tap / SIZE), x = place.z + int(tap % SIZE);
  bool isInside = place.x >= 0 && y >= 0 && x >= 0 && y < int(p.height) && x < int(p.width);
  return isInside ? place.x + y * int(p.width) + x : -1;
}

void stageLeft(uint depth) {
  for (uint i = gl_LocalInvocationID.x; i < TILE_ROWS * TILE_DEPTH / 4u; i += gl_WorkGroupSize.x) {
    uint line = i / (TILE_DEPTH / 4u), k = i % (TILE_DEPTH / 4u) * 4u, first = depth + k;
    ivec4 place = places[line];
    vec4 values = vec4(0.0);
    if (CHANNELS % 4u == 0u) {
      int from = first < SIZE * SIZE * CHANNELS ? pixel(place, first / CHANNELS) : -1;
      if (from >= 0) values = imageAt4(uint(from) * CHANNELS + first % CHANNELS);
    } else {
      for (uint c = 0u; c < 4u && first + c < SIZE * SIZE * CHANNELS; c++) {
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
    bool isInside = column < p.columns && depth + k < SIZE * SIZE * CHANNELS;
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
    for (uint i = gl_LocalInvocationID.x; i < TILE_ROWS; i += gl_WorkGroupSize.x) {
      uint row = firstRow + i;
      uint frame = row / (p.outHeight * p.outWidth), at = row % (p.outHeight * p.outWidth);
      int reach = int(SIZE / 2u);
      places[i] = ivec4(
        row < rows ? int(frame * p.height * p.width) : -1, int(at / p.outWidth * STRIDE) - reach,
        int(at % p.outWidth * STRIDE) - reach, 0);
    }
    multiplyTiles(SIZE * SIZE * CHANNELS);
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
