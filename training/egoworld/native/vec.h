// Three floats, and the little arithmetic that the ray-caster needs.
#pragma once

#include <math.h>

typedef struct {
  float x, y, z;
} Vec3;

static inline Vec3 vec(float x, float y, float z) { return (Vec3){x, y, z}; }
static inline Vec3 add(Vec3 a, Vec3 b) { return vec(a.x + b.x, a.y + b.y, a.z + b.z); }
static inline Vec3 sub(Vec3 a, Vec3 b) { return vec(a.x - b.x, a.y - b.y, a.z - b.z); }
static inline Vec3 mul(Vec3 a, Vec3 b) { return vec(a.x * b.x, a.y * b.y, a.z * b.z); }
static inline Vec3 scale(Vec3 a, float s) { return vec(a.x * s, a.y * s, a.z * s); }
static inline float dot(Vec3 a, Vec3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
static inline float length(Vec3 a) { return sqrtf(dot(a, a)); }
static inline Vec3 unit(Vec3 a) { return scale(a, 1 / sqrtf(dot(a, a) + 1e-20f)); }
static inline Vec3 mix(Vec3 a, Vec3 b, float t) { return add(scale(a, 1 - t), scale(b, t)); }
static inline float clampf(float x, float low, float high) { return x < low ? low : x > high ? high : x; }
static inline float smoothstepf(float low, float high, float x) {
  float t = clampf((x - low) / (high - low), 0, 1);
  return t * t * (3 - 2 * t);
}
