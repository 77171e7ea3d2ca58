#pragma once

// The composition's loops over pixels, in C so that each is compiled for several generations of x86 processors and the right
// one is taken at load time (docs/decisions/005). Every clone rounds alike: no fused multiply-adds.
//
// A pixel is four floats: red, green and blue in 8-bit steps, and a fourth that each function names. Pictures have no gaps.

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// For each place along a finer row: the coarser place at or before it, and the share of the one after that. A coarser row has its
// last pixel twice, so that there is always one after.
typedef struct {
  const int32_t *place;
  const float *share;
} CompositionSteps;

// `count` pixels between two rows of bytes, RGB, and the last of them once more; the fourth number is 1.
void composition_blend_bytes(const uint8_t *upper, const uint8_t *lower, float share_of_lower, size_t count, float *line);

// The same of two rows of pixels.
void composition_blend(const float *upper, const float *lower, float share_of_lower, size_t count, float *line);

// `count` pixels along a coarser row.
void composition_stretch(const float *line, CompositionSteps steps, size_t count, float *out);

// A row of sums over cells of `side` pixels to a side, the last ones cut off by the picture: `rows` of `width` pixels.
void composition_sum_cells(const float *pixels, size_t width, size_t rows, size_t side, float *sums);

// The same of RGB bytes times their weight, a byte that stands for 0 to 1, with the sum of weights in the fourth number.
void composition_sum_weighted_cells(const uint8_t *picture, const uint8_t *weights, size_t width, size_t rows, size_t side,
                                    float *sums);

// Smooths a grid twice by (1 4 6 4 1)/16 along rows and columns, its border repeated, and divides by the fourth number, which
// becomes 1, or all four 0 where it was next to nothing. `other` has the size of `grid`.
void composition_smooth(float *grid, float *other, size_t width, size_t height);

// A row of coverage drawn in: the mean of 5 x 5 pixels counted from one half up, 0...255. `rows` are the two above, itself and the
// two below; `sums` holds `width` + 4 numbers.
void composition_draw_in(const uint8_t *_Nonnull const *_Nonnull rows, size_t width, uint16_t *sums, uint8_t *out);

// A row of what `composition_compare` holds against each other.
typedef struct {
  const float *model_low, *prior_low;  // rows of both bands, and the steps along them
  CompositionSteps steps;
  const float *model;                  // the model's picture
  const uint8_t *prior, *reliable;     // RGB; 255 where the prior can be relied on
  size_t width;
  float tolerance;                     // difference of the bands, in 8-bit steps, that halves the reliance
} CompositionRow;

// How far the prior's detail goes beyond the model's; the fourth number is the share of it that can be relied on, 0...1.
void composition_compare(const CompositionRow *row, float *beyond);

// A row of cells of `side` pixels to a side: `painted` is the model's mean colour and the mean square of the detail beyond it
// (a channel), `detail` the mean of that, `seen` 1 where it can be relied on in the whole cell.
void composition_summarise(const float *model, const float *beyond, size_t width, size_t rows, size_t side, float *painted,
                           float *detail, uint8_t *seen);

// Whose detail a cell shows: so many cells to the right and down from it, and how much of it.
typedef struct {
  int16_t across, down;
  float strength;
} CompositionSource;

typedef struct {
  const CompositionSource *sources;
  int32_t width, height;  // in cells
  int32_t side;           // of a cell, in pixels
} CompositionCells;

// Row `y` of what is shown, RGB: the model's picture, the prior's detail as far as it can be relied on, and for the rest
// that of the sources of the four nearest cells, between their middles, with half of its colour.
//
// A pixel is less than a cell away from those. Their sources have to be two cells and more from the picture's border: then no
// place that is read lies outside.
void composition_show(const float *model, const float *beyond, const CompositionCells *cells, size_t width, size_t y,
                      uint8_t *out);

#pragma clang assume_nonnull end
