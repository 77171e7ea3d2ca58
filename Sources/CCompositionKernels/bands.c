#include "pixels.h"

INLINE Pixel of_bytes(const void *row, size_t x) { return colour((const uint8_t *)row + 3 * x); }
INLINE Pixel of_pixels(const void *row, size_t x) { return load((const float *)row + 4 * x); }

// `at` reads a pixel of a row.
INLINE void blend(const void *upper, const void *lower, Pixel at(const void *, size_t), float share, size_t count, float *line) {
  for (size_t x = 0; x < count; x++) store(line + 4 * x, mixed(at(upper, x), at(lower, x), share));
  store(line + 4 * count, load(line + 4 * (count - 1)));
}

FOR_SEVERAL_PROCESSORS
void composition_blend_bytes(const uint8_t *upper, const uint8_t *lower, float share, size_t count, float *line) {
  blend(upper, lower, of_bytes, share, count, line);
}

FOR_SEVERAL_PROCESSORS
void composition_blend(const float *upper, const float *lower, float share, size_t count, float *line) {
  blend(upper, lower, of_pixels, share, count, line);
}

FOR_SEVERAL_PROCESSORS
void composition_stretch(const float *line, CompositionSteps steps, size_t count, float *out) {
  for (size_t x = 0; x < count; x++) store(out + 4 * x, along(line, steps, x));
}

FOR_SEVERAL_PROCESSORS
void composition_sum_cells(const float *pixels, size_t width, size_t rows, size_t side, float *sums) {
  for (size_t left = 0; left < width; left += side, sums += 4) {
    size_t right = left + side < width ? left + side : width;
    Pixel sum = {};
    for (size_t y = 0; y < rows; y++) {
      for (size_t x = left; x < right; x++) sum += load(pixels + 4 * (y * width + x));
    }
    store(sums, sum);
  }
}

FOR_SEVERAL_PROCESSORS
void composition_sum_weighted_cells(const uint8_t *picture, const uint8_t *weights, size_t width, size_t rows, size_t side,
                                    float *sums) {
  for (size_t left = 0; left < width; left += side, sums += 4) {
    size_t right = left + side < width ? left + side : width;
    Pixel sum = {};
    for (size_t y = 0; y < rows; y++) {
      for (size_t x = left; x < right; x++) {
        size_t pixel = y * width + x;
        sum += colour(picture + 3 * pixel) * (float)weights[pixel];
      }
    }
    store(sums, sum * (1.0f / 255));
  }
}

// One line of `length` pixels, `step` pixels apart.
INLINE void smooth_line(const float *from, float *to, size_t length, size_t step) {
  for (size_t place = 0; place < length; place++) {
    size_t last = length - 1;
    size_t before = place > 0 ? place - 1 : 0, two_before = place > 1 ? place - 2 : 0;
    size_t after = place < last ? place + 1 : last, two_after = place + 1 < last ? place + 2 : last;
    Pixel near = load(from + 4 * step * before) + load(from + 4 * step * after);
    Pixel far = load(from + 4 * step * two_before) + load(from + 4 * step * two_after);
    store(to + 4 * step * place, (far + 4 * near + 6 * load(from + 4 * step * place)) * (1.0f / 16));
  }
}

FOR_SEVERAL_PROCESSORS
void composition_smooth(float *grid, float *other, size_t width, size_t height) {
  for (int round = 0; round < 2; round++) {
    for (size_t row = 0; row < height; row++) smooth_line(grid + 4 * row * width, other + 4 * row * width, width, 1);
    for (size_t column = 0; column < width; column++) smooth_line(other + 4 * column, grid + 4 * column, height, width);
  }
  for (size_t place = 0; place < width * height; place++) {
    Pixel sum = load(grid + 4 * place);
    Pixel mean = sum / sum[3];
    mean[3] = 1;
    store(grid + 4 * place, sum[3] > 1e-3f ? mean : (Pixel){});
  }
}
