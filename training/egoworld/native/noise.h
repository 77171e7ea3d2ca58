// Repeatable randomness at points of space.
#pragma once

#include <stdint.h>

#include "vec.h"

static inline uint32_t hash3(int32_t x, int32_t y, int32_t z) {
  uint32_t h = (uint32_t)x * 0x8da6b343u ^ (uint32_t)y * 0xd8163841u ^ (uint32_t)z * 0xcb1ab31fu;
  h = (h ^ (h >> 15)) * 0x2c1b3c6du;
  h = (h ^ (h >> 12)) * 0x297a2d39u;
  return h ^ (h >> 15);
}

// 0..1, a different one for each cell.
static inline float cell(float x, float y, float z) {
  return (hash3((int32_t)floorf(x), (int32_t)floorf(y), (int32_t)floorf(z)) & 0xffffff) * (1 / 16777216.0f);
}

// Smooth noise with features of about one unit, 0..1.
static inline float noise(Vec3 p) {
  float fx = floorf(p.x), fy = floorf(p.y), fz = floorf(p.z);
  int32_t x = (int32_t)fx, y = (int32_t)fy, z = (int32_t)fz;
  float a = p.x - fx, b = p.y - fy, c = p.z - fz;
  a = a * a * (3 - 2 * a), b = b * b * (3 - 2 * b), c = c * c * (3 - 2 * c);
  float corner[8];
  for (int i = 0; i < 8; i++) corner[i] = (float)(hash3(x + (i & 1), y + (i >> 1 & 1), z + (i >> 2)) & 0xffff);
  for (int i = 0; i < 4; i++) corner[i] += (corner[i + 4] - corner[i]) * c;
  for (int i = 0; i < 2; i++) corner[i] += (corner[i + 2] - corner[i]) * b;
  return (corner[0] + (corner[1] - corner[0]) * a) * (1 / 65535.0f);
}

// How much of detail `size` units wide survives averaging over `footprint` units.
static inline float survives(float size, float footprint) { return clampf(1.6f - 1.6f * footprint / size, 0, 1); }

// Octaves of noise around 0.5; those finer than the footprint fade out.
static inline float fractal(Vec3 p, int octaves, float footprint) {
  float sum = 0, weight = 0.5f, size = 1;
  for (int i = 0; i < octaves; i++) {
    float left = survives(size, footprint);
    if (left <= 0) break;
    sum += weight * left * (noise(p) - 0.5f);
    p = add(scale(p, 2.03f), vec(7.1f, 3.3f, 1.7f));
    weight *= 0.55f;
    size *= 0.49f;
  }
  return 0.5f + sum;
}

// The share of a window of width `w` around `x` in which frac(x) < duty.
static inline float stripe(float x, float duty, float w) {
  w = w > 1e-3f ? w : 1e-3f;
  float low = x - 0.5f * w, high = x + 0.5f * w, fl = floorf(low), fh = floorf(high);
  float il = fl * duty + fminf(low - fl, duty), ih = fh * duty + fminf(high - fh, duty);
  return clampf((ih - il) / w, 0, 1);
}
