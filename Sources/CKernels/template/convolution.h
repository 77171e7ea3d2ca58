// Convolution as tiles of PIXELS × 2 vectors of output channels, held in registers over all taps and input channels.
//
// Pixels of a row are contiguous, so the taps of one kernel row are one run of size · channels words; neither im2col nor
// a padded copy is made. Only tiles at the left and right edge go through a small zero-padded copy.
#include "tile.h"

// Words that a tile at an edge is copied to.
INLINE long edge_words(const ego_convolution *c) {
  return c->size * ((PIXELS - 1) * c->stride + c->size) * WORDS(c->channels);
}

// Rows first..<last. `lines`: the input's words, from its row `top` on. `rows`: for each kernel row the first tap of the
// first pixel, or null outside the picture.
INLINE void convolve_lines(const ego_convolution *c, const float *lines, long top, long first, long last,
                           float *scratch) {
  long words = WORDS(c->channels), pad = c->size / 2, run = c->size * words, step = c->stride * words;
  // Pixels that a tile reads in one kernel row.
  long reach = (PIXELS - 1) * c->stride + c->size;
  for (long block = 0; block < c->out_channels; block += BLOCK) {
    const float *weights = c->weights + block * c->size * run;
    for (long y = first; y < last; y++) {
      for (long x = 0; x < c->out_width; x += PIXELS) {
        long from = x * c->stride - pad;
        long pixels = c->out_width - x < PIXELS ? c->out_width - x : PIXELS;
        bool inside = from >= 0 && from + reach <= c->width;
        const float *rows[3];
        for (long ky = 0; ky < c->size; ky++) {
          long iy = y * c->stride + ky - pad;
          if (iy < 0 || iy >= c->height) {
            rows[ky] = 0;
            continue;
          }
          const float *line = lines + (iy - top) * c->width * words;
          if (inside) {
            rows[ky] = line + from * words;
            continue;
          }
          float *copy = scratch + ky * reach * words;
          long low = from < 0 ? 0 : from, high = from + reach < c->width ? from + reach : c->width;
          memset(copy, 0, (size_t)(reach * words) * 4);
          if (high > low)
            memcpy(copy + (low - from) * words, line + low * words, (size_t)((high - low) * words) * 4);
          rows[ky] = copy;
        }
        vf sums[PIXELS][2];
        clear_sums(sums);
        for (long ky = 0; ky < c->size; ky++)
          if (rows[ky]) add_products(pixels, rows[ky], step, 1, run, weights + ky * run * BLOCK, sums);
        store_tile(&c->epilogue, sums, c->output, c->first_row, y * c->out_width + x, pixels, block);
      }
    }
  }
}

#ifdef NARROW
// Output rows whose input is narrowed at once: what fits the second cache.
INLINE long band_rows(const ego_convolution *c) {
  long lines = (1 << 16) / (c->width * WORDS(c->channels)) - c->size + 1;
  return lines < c->stride ? 1 : lines / c->stride;
}

static long convolution_scratch(const ego_convolution *c) {
  long lines = (band_rows(c) - 1) * c->stride + c->size;
  return edge_words(c) + lines * c->width * WORDS(c->channels);
}

static void convolve(const ego_convolution *c, long first, long last, float *scratch) {
  float *lines = scratch + edge_words(c);
  long words = WORDS(c->channels), pad = c->size / 2;
  for (long y = first, rows = band_rows(c); y < last; y += rows) {
    long next = y + rows < last ? y + rows : last;
    long top = y * c->stride - pad, bottom = (next - 1) * c->stride - pad + c->size;
    if (top < 0) top = 0;
    if (bottom > c->height) bottom = c->height;
    const float *from = c->input + top * c->width * c->channels;
    long pixels = (bottom - top) * c->width;
    if (c->channels % PER_WORD == 0)
      fill_words(lines, from, pixels * c->channels);
    else
      for (long i = 0; i < pixels; i++) fill_words(lines + i * words, from + i * c->channels, c->channels);
    convolve_lines(c, lines, top, y, next, scratch);
  }
}
#else
static long convolution_scratch(const ego_convolution *c) { return edge_words(c); }

static void convolve(const ego_convolution *c, long first, long last, float *scratch) {
  convolve_lines(c, c->input, 0, first, last, scratch);
}
#endif
