// A matrix product by tiles in shared memory, each thread holding a small tile of results in registers; loops over
// `sums` are unrolled wherever they stand, or it would lie in memory. Needs GL_EXT_control_flow_attributes.
//
// The including shader declares, after this file, what the matrices are:
//   void stageLeft(uint depth), void stageRight(uint depth): fill the tiles for depths from `depth` on, zeros outside
// and calls multiplyTiles(depthCount), which leaves the sums in `sums`.
layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint TILE_ROWS = 64;
layout(constant_id = 2) const uint TILE_COLUMNS = 64;
layout(constant_id = 3) const uint TILE_DEPTH = 16;
// Results of one thread; multiples of 4.
layout(constant_id = 4) const uint THREAD_ROWS = 4;
layout(constant_id = 5) const uint THREAD_COLUMNS = 4;

// Depth-major, so that a thread reads four rows or columns at once. One word more a line spreads the transposing
// writes over the banks.
const uint LEFT_LINE = TILE_ROWS / 4 + 1;
const uint RIGHT_LINE = TILE_COLUMNS / 4 + 1;
shared vec4 leftTile[TILE_DEPTH * LEFT_LINE];
shared vec4 rightTile[TILE_DEPTH * RIGHT_LINE];

// A thread's rows lie in groups of four, spread over the tile; so do its columns.
const uint ROW_GROUPS = THREAD_ROWS / 4;
const uint COLUMN_GROUPS = THREAD_COLUMNS / 4;
const uint THREADS_ACROSS = TILE_COLUMNS / THREAD_COLUMNS;
const uint THREADS_DOWN = TILE_ROWS / THREAD_ROWS;
vec4 sums[THREAD_ROWS * COLUMN_GROUPS];

uint threadRow(uint group) { return (group * THREADS_DOWN + gl_LocalInvocationID.x / THREADS_ACROSS) * 4u; }
uint threadColumn(uint group) { return (group * THREADS_ACROSS + gl_LocalInvocationID.x % THREADS_ACROSS) * 4u; }

void stageLeft(uint depth);
void stageRight(uint depth);

void multiplyTiles(uint depthCount) {
  [[unroll]] for (uint i = 0u; i < THREAD_ROWS * COLUMN_GROUPS; i++) sums[i] = vec4(0.0);
  for (uint depth = 0u; depth < depthCount; depth += TILE_DEPTH) {
    barrier();
    stageLeft(depth);
    stageRight(depth);
    barrier();
    for (uint k = 0u; k < TILE_DEPTH; k++) {
      vec4 right[COLUMN_GROUPS];
      [[unroll]] for (uint j = 0u; j < COLUMN_GROUPS; j++) right[j] = rightTile[k * RIGHT_LINE + threadColumn(j) / 4u];
      [[unroll]] for (uint i = 0u; i < ROW_GROUPS; i++) {
        vec4 left = leftTile[k * LEFT_LINE + threadRow(i) / 4u];
        [[unroll]] for (uint j = 0u; j < COLUMN_GROUPS; j++) {
          sums[(i * 4u + 0u) * COLUMN_GROUPS + j] += left.x * right[j];
          sums[(i * 4u + 1u) * COLUMN_GROUPS + j] += left.y * right[j];
          sums[(i * 4u + 2u) * COLUMN_GROUPS + j] += left.z * right[j];
          sums[(i * 4u + 3u) * COLUMN_GROUPS + j] += left.w * right[j];
        }
      }
    }
  }
}
