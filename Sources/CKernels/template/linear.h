// A matrix product whose right side was packed when the graph was compiled.
//
// A band of rows stays in the second cache while the blocks of columns pass; a chunk of a block's weights stays in the
// first while the tiles of the band pass. Sums wait in scratch from chunk to chunk.
#include "tile.h"

enum {
  band_tiles = 96 / PIXELS,
  band_limit = 1 << 17,  // words
  chunk_words = 256,
};

INLINE long band_rows_of(const ego_linear *l) {
  long tiles = band_limit / (WORDS(l->depth) * PIXELS);
  return (tiles < 2 ? 2 : tiles < band_tiles ? tiles : band_tiles) * PIXELS;
}

// From row to row of a copy. A multiple of the page would have all rows of a tile meet in one set of the first cache.
INLINE long copy_step(const ego_linear *l) { return (WORDS(l->depth) + W - 1) / W * W + W; }

static long linear_scratch(const ego_linear *l) {
  return band_rows_of(l) * BLOCK + band_rows_of(l) * copy_step(l);
}

INLINE void copy_rows(const ego_linear *l, long first, long last, float *to) {
  for (long row = first; row < last; row++, to += copy_step(l)) fill_words(to, l->input + row * l->depth, l->depth);
}

INLINE void multiply_band(const ego_linear *l, long first, long last, long low, long high, float *scratch) {
  vf(*sums)[PIXELS][2] = (vf(*)[PIXELS][2])scratch;
  float *copy = scratch + band_rows_of(l) * BLOCK;
  long words = WORDS(l->depth), tiles = (last - first + PIXELS - 1) / PIXELS, whole = (last - first) / PIXELS;
  bool copies_all = PER_WORD > 1 || words % 256 == 0;
  const float *rows = copies_all ? copy : l->input + first * l->depth;
  long step = copies_all ? copy_step(l) : words;
  // The last tile may have fewer rows, and reads as many as the others.
  copy_rows(l, copies_all ? first : first + whole * PIXELS, last, copy);

  for (long block = low; block < high; block++) {
    const float *weights = l->weights + block * BLOCK * words;
    for (long tile = 0; tile < tiles; tile++) clear_sums(sums[tile]);
    for (long chunk = 0; chunk < words;) {
      long run = words - chunk < 2 * chunk_words ? words - chunk : chunk_words;
      for (long tile = 0; tile < tiles; tile++) {
        long count = last - first - tile * PIXELS;
        bool is_copy = copies_all || tile == whole;
        const float *from = copies_all || !is_copy ? rows + tile * PIXELS * step : copy;
        add_products(count, from + chunk, is_copy ? copy_step(l) : step, 1, run, weights + chunk * BLOCK, sums[tile]);
      }
      chunk += run;
    }
    for (long tile = 0; tile < tiles; tile++) {
      long row = first + tile * PIXELS;
      long count = last - row < PIXELS ? last - row : PIXELS;
      store_tile(&l->epilogue, sums[tile], l->output, l->first_row, row, count, block * BLOCK);
    }
  }
}

static void multiply_rows(const ego_linear *l, long first, long last, long low, long high, float *scratch) {
  for (long row = first, count = band_rows_of(l); row < last; row += count)
    multiply_band(l, row, row + count < last ? row + count : last, low, high, scratch);
}
