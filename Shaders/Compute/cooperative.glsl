// A matrix product by a device's matrix units: tiles of halves in shared memory, multiplied by whole subgroups as
// cooperative matrices, sums in 32 bits. The counterpart of tiles.glsl, which needs no such units.
//
// The including shader declares, after this file, what the matrices are, eight halves at a time, zeros outside:
//   uvec4 leftPart(uint line, uint eighth, uint depth)    the left tile's words for depths from `depth` on
//   uvec4 rightPart(uint line, uint eighth, uint depth)   the right tile's
//   void finishQuad(vec4 sums, uint row, uint column)     takes four results in a row, by their place in the tile
// and calls multiplyMatrices(depthCount), then finishSums().
layout(constant_id = 1) const uint TILE_ROWS = 64;
layout(constant_id = 2) const uint TILE_COLUMNS = 64;
layout(constant_id = 3) const uint TILE_DEPTH = 32;
// Results of one subgroup; multiples of a matrix's.
layout(constant_id = 4) const uint SHARE_ROWS = 32;
layout(constant_id = 5) const uint SHARE_COLUMNS = 32;
#include "Compute/matrices.glsl"

// A tile's lines are rows of its matrix, or columns where it is stored transposed. One word more a line spreads them
// over the banks.
const uint LEFT_LINES = TRANSPOSE_LEFT ? TILE_DEPTH : TILE_ROWS;
const uint LEFT_EIGHTHS = (TRANSPOSE_LEFT ? TILE_ROWS : TILE_DEPTH) / 8u;
const uint RIGHT_LINES = TRANSPOSE_RIGHT ? TILE_COLUMNS : TILE_DEPTH;
const uint RIGHT_EIGHTHS = (TRANSPOSE_RIGHT ? TILE_DEPTH : TILE_COLUMNS) / 8u;
const uint LEFT_LINE = LEFT_EIGHTHS + 1u;
const uint RIGHT_LINE = RIGHT_EIGHTHS + 1u;
shared uvec4 leftTile[LEFT_LINES * LEFT_LINE];
shared uvec4 rightTile[RIGHT_LINES * RIGHT_LINE];

const uint SHARES_ACROSS = TILE_COLUMNS / SHARE_COLUMNS;
const uint SUBGROUPS = TILE_ROWS / SHARE_ROWS * SHARES_ACROSS;
const uint THREADS = SUBGROUPS * SUBGROUP_SIZE;
const uint DOWN = SHARE_ROWS / ROWS;
const uint ACROSS = SHARE_COLUMNS / COLUMNS;
SUM_MATRIX sums[DOWN * ACROSS];
// A stretch of rows of each subgroup's sums, on its way to the epilogue.
const uint FINISHED_LINE = SHARE_COLUMNS + 4u;
shared float finished[SUBGROUPS * ROWS * FINISHED_LINE];

// What a thread holds of the next tiles while the present ones are multiplied.
const uint LEFT_PARTS = (LEFT_LINES * LEFT_EIGHTHS + THREADS - 1u) / THREADS;
const uint RIGHT_PARTS = (RIGHT_LINES * RIGHT_EIGHTHS + THREADS - 1u) / THREADS;
uvec4 leftParts[LEFT_PARTS];
uvec4 rightParts[RIGHT_PARTS];

uvec4 leftPart(uint line, uint eighth, uint depth);
uvec4 rightPart(uint line, uint eighth, uint depth);
void finishQuad(vec4 sums, uint row, uint column);

void fetchTiles(uint depth) {
  [[unroll]] for (uint part = 0u; part < LEFT_PARTS; part++) {
    uint i = part * THREADS + gl_LocalInvocationID.x;
    if (i < LEFT_LINES * LEFT_EIGHTHS) leftParts[part] = leftPart(i / LEFT_EIGHTHS, i % LEFT_EIGHTHS, depth);
  }
  [[unroll]] for (uint part = 0u; part < RIGHT_PARTS; part++) {
    uint i = part * THREADS + gl_LocalInvocationID.x;
    if (i < RIGHT_LINES * RIGHT_EIGHTHS) rightParts[part] = rightPart(i / RIGHT_EIGHTHS, i % RIGHT_EIGHTHS, depth);
  }
}

void storeTiles() {
  [[unroll]] for (uint part = 0u; part < LEFT_PARTS; part++) {
    uint i = part * THREADS + gl_LocalInvocationID.x;
    if (i < LEFT_LINES * LEFT_EIGHTHS) leftTile[i / LEFT_EIGHTHS * LEFT_LINE + i % LEFT_EIGHTHS] = leftParts[part];
  }
  [[unroll]] for (uint part = 0u; part < RIGHT_PARTS; part++) {
    uint i = part * THREADS + gl_LocalInvocationID.x;
    if (i < RIGHT_LINES * RIGHT_EIGHTHS) rightTile[i / RIGHT_EIGHTHS * RIGHT_LINE + i % RIGHT_EIGHTHS] = rightParts[part];
  }
}

// Where this subgroup's share begins in the tile.
uint shareRow() { return gl_SubgroupID / SHARES_ACROSS * SHARE_ROWS; }
uint shareColumn() { return gl_SubgroupID % SHARES_ACROSS * SHARE_COLUMNS; }

void multiplyStoredTiles() {
  for (uint k = 0u; k < TILE_DEPTH; k += DEPTH) {
    LEFT_MATRIX left[DOWN];
    [[unroll]] for (uint i = 0u; i < DOWN; i++) {
      uint row = shareRow() + i * ROWS;
      if (TRANSPOSE_LEFT) coopMatLoadNV(left[i], leftTile, k * LEFT_LINE + row / 8u, LEFT_LINE, true);
      else coopMatLoadNV(left[i], leftTile, row * LEFT_LINE + k / 8u, LEFT_LINE, false);
    }
    [[unroll]] for (uint j = 0u; j < ACROSS; j++) {
      uint column = shareColumn() + j * COLUMNS;
      RIGHT_MATRIX right;
      if (TRANSPOSE_RIGHT) coopMatLoadNV(right, rightTile, column * RIGHT_LINE + k / 8u, RIGHT_LINE, true);
      else coopMatLoadNV(right, rightTile, k * RIGHT_LINE + column / 8u, RIGHT_LINE, false);
      [[unroll]] for (uint i = 0u; i < DOWN; i++)
        sums[i * ACROSS + j] = coopMatMulAddNV(left[i], right, sums[i * ACROSS + j]);
    }
  }
}

void multiplyMatrices(uint depthCount) {
  [[unroll]] for (uint i = 0u; i < DOWN * ACROSS; i++)
    sums[i] = SUM_MATRIX(0.0);
  fetchTiles(0u);
  for (uint depth = 0u; depth < depthCount; depth += TILE_DEPTH) {
    barrier();
    storeTiles();
    barrier();
    // Asked for before it is needed: memory answers while the units multiply.
    if (depth + TILE_DEPTH < depthCount) fetchTiles(depth + TILE_DEPTH);
    multiplyStoredTiles();
  }
}

// How a matrix's elements lie among a subgroup's threads is the driver's secret; in shared memory it is plain.
void finishSums() {
  uint base = gl_SubgroupID * ROWS * FINISHED_LINE;
  [[unroll]] for (uint i = 0u; i < DOWN; i++) {
    subgroupExchange();
    [[unroll]] for (uint j = 0u; j < ACROSS; j++)
      coopMatStoreNV(sums[i * ACROSS + j], finished, base + j * COLUMNS, FINISHED_LINE, false);
    subgroupExchange();
    for (uint quad = gl_SubgroupInvocationID; quad < ROWS * SHARE_COLUMNS / 4u; quad += SUBGROUP_SIZE) {
      uint row = quad / (SHARE_COLUMNS / 4u), column = quad % (SHARE_COLUMNS / 4u) * 4u;
      uint at = base + row * FINISHED_LINE + column;
      finishQuad(
        vec4(finished[at], finished[at + 1u], finished[at + 2u], finished[at + 3u]), shareRow() + i * ROWS + row,
        shareColumn() + column);
    }
  }
}
