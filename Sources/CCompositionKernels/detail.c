#include "pixels.h"

FOR_SEVERAL_PROCESSORS
void composition_draw_in(const uint8_t *const *rows, size_t width, uint16_t *sums, uint8_t *out) {
  for (size_t x = 0; x < width; x++) sums[x + 2] = rows[0][x] + rows[1][x] + rows[2][x] + rows[3][x] + rows[4][x];
  sums[0] = sums[1] = sums[2];
  sums[width + 2] = sums[width + 3] = sums[width + 1];
  for (size_t x = 0; x < width; x++) {
    uint16_t mean = (uint16_t)(sums[x] + sums[x + 1] + sums[x + 2] + sums[x + 3] + sums[x + 4]) / 25;
    out[x] = mean > 128 ? 2 * (mean - 128) : 0;
  }
}

FOR_SEVERAL_PROCESSORS
void composition_compare(const CompositionRow *row, float *beyond) {
  float fall = 1 / (row->tolerance * row->tolerance);
  for (size_t x = 0; x < row->width; x++) {
    Pixel low = along(row->model_low, row->steps, x), prior_low = along(row->prior_low, row->steps, x);
    Pixel result = (colour(row->prior + 3 * x) - prior_low) - (load(row->model + 4 * x) - low);
    float known = prior_low[3] < 1 ? prior_low[3] : 1;
    result[3] = row->reliable[x] * (1.0f / 255) * known / (1 + mean_square(low - prior_low) * fall);
    store(beyond + 4 * x, result);
  }
}

FOR_SEVERAL_PROCESSORS
void composition_summarise(const float *model, const float *beyond, size_t width, size_t rows, size_t side, float *painted,
                           float *detail, uint8_t *seen) {
  for (size_t left = 0; left < width; left += side, painted += 4, detail += 4, seen++) {
    size_t right = left + side < width ? left + side : width;
    Pixel paint = {}, sum = {}, squares = {};
    size_t sure = 0;
    for (size_t y = 0; y < rows; y++) {
      for (size_t x = left; x < right; x++) {
        Pixel here = load(beyond + 4 * (y * width + x));
        paint += load(model + 4 * (y * width + x));
        sum += here;
        squares += here * here;
        sure += here[3] > 0.5f;
      }
    }
    float pixels = (float)(rows * (right - left));
    paint /= pixels;
    paint[3] = (squares[0] + squares[1] + squares[2]) / (3 * pixels);
    store(painted, paint);
    store(detail, sum / pixels);
    *seen = sure > 0.95f * pixels;
  }
}

// Two cells, one above the other, beside a pixel: how far away, in floats, each one's source is, and how much of that place's
// detail to show.
typedef struct {
  ptrdiff_t offset[2];
  float strength[2];
} Pair;

INLINE int32_t between(int32_t value, int32_t count) { return value < 0 ? 0 : value < count ? value : count - 1; }

// Of the cells in a column, the ones above and below a row of pixels; `share` is how near that is to the lower one.
INLINE Pair pair_at(const CompositionCells *cells, int32_t column, int32_t lower, float share, size_t width) {
  Pair pair;
  for (int32_t below = 0; below < 2; below++) {
    int32_t row = between(lower - 1 + below, cells->height);
    CompositionSource source = cells->sources[row * cells->width + between(column, cells->width)];
    pair.offset[below] = 4 * cells->side * (source.down * (ptrdiff_t)width + source.across);
    pair.strength[below] = source.strength * (below ? share : 1 - share);
  }
  return pair;
}

FOR_SEVERAL_PROCESSORS
void composition_show(const float *model, const float *beyond, const CompositionCells *cells, size_t width, size_t y,
                      uint8_t *out) {
  int32_t side = cells->side;
  // Of cells whose middle is at or above the pixel's there are `lower`; likewise `column`.
  int32_t lower = (2 * (int32_t)y + 1 + side) / (2 * side);
  float share = ((float)y + 0.5f) / (float)side + 0.5f - (float)lower;
  size_t x = 0;
  int32_t column = (1 + side) / (2 * side);
  Pair left, right = pair_at(cells, column - 1, lower, share, width);
  for (; x < width; column++) {
    size_t end = (size_t)(side * (2 * column + 1) / 2);
    if (end > width) end = width;
    left = right;
    right = pair_at(cells, column, lower, share, width);
    Pixel strength = {left.strength[0], right.strength[0], left.strength[1], right.strength[1]};
    float sum = strength[0] + strength[1] + strength[2] + strength[3];
    for (; x < end; x++) {
      const float *place = beyond + 4 * x;
      Pixel own = load(place);
      float relied = own[3];
      Pixel result = load(model + 4 * x) + own * relied + 0.5f;
      if (relied < 1 && sum > 0) {
        float a = ((float)x + 0.5f) / (float)side + 0.5f - (float)column;
        Pixel weights = strength * (Pixel){1 - a, a, 1 - a, a};
        Pixel detail = load(place + left.offset[0]) * weights[0] + load(place + right.offset[0]) * weights[1] +
                       load(place + left.offset[1]) * weights[2] + load(place + right.offset[1]) * weights[3];
        // Of its colour the half: grain is light and dark, and a source's other colours are nobody's here.
        float light = detail[0] * 0.299f + detail[1] * 0.587f + detail[2] * 0.114f;
        result += (detail + light) * (0.5f * (1 - relied));
      }
      result = __builtin_elementwise_min(__builtin_elementwise_max(result, (Pixel){}), (Pixel){} + 255.0f);
      Whole whole = __builtin_convertvector(result, Whole);
      for (int channel = 0; channel < 3; channel++) out[3 * x + channel] = (uint8_t)whole[channel];
    }
  }
}
