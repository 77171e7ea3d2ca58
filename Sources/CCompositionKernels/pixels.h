#pragma once

#include "composition_kernels.h"
#include "several_processors.h"

typedef float Pixel __attribute__((vector_size(16)));
typedef int32_t Whole __attribute__((vector_size(16)));

INLINE Pixel load(const float *at) {
  Pixel pixel;
  memcpy(&pixel, at, sizeof pixel);
  return pixel;
}

INLINE void store(float *at, Pixel pixel) { memcpy(at, &pixel, sizeof pixel); }

// Red, green, blue and 1.
INLINE Pixel colour(const uint8_t *at) { return (Pixel){at[0], at[1], at[2], 1}; }

INLINE Pixel mixed(Pixel here, Pixel next, float share_of_next) { return here + (next - here) * share_of_next; }

// What a coarser row has at place `x` of the finer one.
INLINE Pixel along(const float *line, CompositionSteps steps, size_t x) {
  const float *at = line + 4 * (ptrdiff_t)steps.place[x];
  return mixed(load(at), load(at + 4), steps.share[x]);
}

INLINE float mean_square(Pixel pixel) {
  Pixel square = pixel * pixel;
  return (square[0] + square[1] + square[2]) * (1.0f / 3);
}
