#pragma once

#include <stdint.h>
#include <string.h>

#pragma clang fp contract(off)

#if defined(__x86_64__)
#define FOR_SEVERAL_PROCESSORS __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define FOR_SEVERAL_PROCESSORS
#endif

typedef float Pixel __attribute__((vector_size(16)));
typedef int32_t Whole __attribute__((vector_size(16)));

#define INLINE static inline __attribute__((always_inline))

INLINE Pixel load(const float *at) {
  Pixel pixel;
  memcpy(&pixel, at, sizeof pixel);
  return pixel;
}

INLINE void store(float *at, Pixel pixel) { memcpy(at, &pixel, sizeof pixel); }

// Red, green, blue and 1.
INLINE Pixel colour(const uint8_t *at) { return (Pixel){at[0], at[1], at[2], 1}; }

INLINE float mean_square(Pixel pixel) {
  Pixel square = pixel * pixel;
  return (square[0] + square[1] + square[2]) * (1.0f / 3);
}
