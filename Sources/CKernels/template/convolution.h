// Convolution as tiles of PIXELS × 2 vectors of output channels, held in registers over all taps and input channels.
//
// Pixels of a row are contiguous, so the taps of one kernel row are one run of size · channels floats; neither im2col nor
// a padded copy is made. Only tiles at the left and right edge go through a small zero-padded copy.
#include "tile.h"

static void pack_convolution(const float *weights, float *packed, long out, long in, long size) {
  long taps = size * size;
  for (long first = 0; first < out; first += BLOCK)
    for (long tap = 0; tap < taps; tap++)
      for (long i = 0; i < in; i++)
        for (long o = 0; o < BLOCK; o++)
          *packed++ = first + o < out ? weights[((first + o) * in + i) * taps + tap] : 0;
}

// `rows`: for each kernel row the first tap of the first pixel, or null outside the picture. `step`: floats from pixel
// to pixel. `run`: size · channels.
INLINE void multiply_tile(const float *const rows[3], long kernel_rows, long step, long run, const float *weights,
                          vf sums[PIXELS][2]) {
  clear_sums(sums);
  for (long ky = 0; ky < kernel_rows; ky++, weights += run * BLOCK)
    if (rows[ky]) add_products(rows[ky], step, 1, run, weights, sums);
}

INLINE void store_tile(const ego_convolution *c, vf sums[PIXELS][2], long y, long x, long pixels, long block) {
  long left = c->out_channels - block;
  for (long p = 0; p < pixels; p++) {
    long row = y * c->out_width + x + p;
    float *out = c->output + row * c->out_channels + block;
    for (int half = 0; half < 2; half++) {
      long n = left - half * W;
      if (n <= 0) break;
      if (n >= W)
        store(out + half * W, finished(&c->epilogue, sums[p][half], c->first_row + row, block + half * W, W));
      else
        store_some(out + half * W, finished(&c->epilogue, sums[p][half], c->first_row + row, block + half * W, n), n);
    }
  }
}

static void convolve(const ego_convolution *c, long first, long last, float *scratch) {
  long pad = c->size / 2, run = c->size * c->channels, step = c->stride * c->channels;
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
          const float *line = c->input + iy * c->width * c->channels;
          if (inside) {
            rows[ky] = line + from * c->channels;
            continue;
          }
          float *copy = scratch + ky * reach * c->channels;
          long low = from < 0 ? 0 : from, high = from + reach < c->width ? from + reach : c->width;
          memset(copy, 0, (size_t)(reach * c->channels) * 4);
          if (high > low)
            memcpy(copy + (low - from) * c->channels, line + low * c->channels,
                   (size_t)((high - low) * c->channels) * 4);
          rows[ky] = copy;
        }
        vf sums[PIXELS][2];
        multiply_tile(rows, c->size, step, run, weights, sums);
        store_tile(c, sums, y, x, pixels, block);
      }
    }
  }
}
