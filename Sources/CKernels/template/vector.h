// Vectors of W floats, and functions of them. Included once a level, with W and NAME set.
#include <math.h>
#include <string.h>

#include "CKernels.h"

#define INLINE static inline __attribute__((always_inline))

typedef float vf __attribute__((vector_size(4 * W)));
typedef int vi __attribute__((vector_size(4 * W)));
typedef float vfu __attribute__((vector_size(4 * W), aligned(4), may_alias));

INLINE vf load(const float *p) { return *(const vfu *)p; }
INLINE void store(float *p, vf v) { *(vfu *)p = v; }
INLINE vf all(float x) { return x - (vf){}; }
INLINE vf load_some(const float *p, long n) {
  vf v = {};
  memcpy(&v, p, (size_t)n * 4);
  return v;
}
INLINE void store_some(float *p, vf v, long n) { memcpy(p, &v, (size_t)n * 4); }
INLINE vf choose(vi mask, vf yes, vf no) { return (vf)((mask & (vi)yes) | (~mask & (vi)no)); }
// NaN stays NaN: the comparison fails and x is kept.
INLINE vf at_most(vf x, vf limit) { return choose(x > limit, limit, x); }
INLINE vf at_least(vf x, vf limit) { return choose(x < limit, limit, x); }
INLINE float total(vf v) {
  float sum = 0;
  for (int i = 0; i < W; i++) sum += v[i];
  return sum;
}
// e^x within 2 units in the last place; x is kept within ±87, so neither infinity nor zero comes out.
INLINE vf exponential(vf x) {
  x = at_least(at_most(x, all(88.0f)), all(-87.0f));
  const vf magic = all(12582912.0f);  // 1.5 · 2²³: the sum's last bits are x · log₂e as a whole number
  vf shifted = x * 1.44269504f + magic;
  vf n = shifted - magic;
  vf r = x - n * 0.693359375f;
  r = r - n * -2.12194440e-4f;
  vf p = all(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  vi power = ((vi)shifted - (vi)magic + 127) << 23;
  return p * (vf)power;
}

INLINE vf hyperbolic_tangent(vf x) {
  vf wide = 1.0f - 2.0f / (exponential(2.0f * x) + 1.0f);
  // Near zero the difference above cancels; there the series is exact to 32 bits.
  vf s = x * x;
  vf narrow = x * (1.0f + s * (-0.333333333f + s * (0.133333333f + s * (-0.0539682540f + s * 0.0218694885f))));
  return choose(s < all(0.04f), narrow, wide);
}

INLINE vf activated(int kind, vf x) {
  switch (kind) {
    case ego_relu: return at_least(x, all(0.0f));
    case ego_silu: return x / (1.0f + exponential(-x));
    // ½(1 + tanh(u)) = 1 / (1 + e^(−2u)).
    case ego_gelu: return x / (1.0f + exponential(-1.59576912f * (x + 0.044715f * x * x * x)));
    case ego_tanh: return hyperbolic_tangent(x);
    default: return x;
  }
}

// One vector of a result at (row, column), n of its lanes real.
INLINE vf finished(const ego_epilogue *e, vf v, long row, long column, long n) {
#define TAKE(p) (n == W ? load(p) : load_some(p, n))
  if (e->bias) v += TAKE(e->bias + column);
  if (!e->activates_last) v = activated(e->activation, v);
  if (e->gate) {
    const float *gate = e->gate + row / e->gate_rows * e->gate_channels;
    v *= e->gate_channels == 1 ? all(*gate) : TAKE(gate + column);
  }
  if (e->residual) v += TAKE(e->residual + row * e->columns + column);
  if (e->activates_last) v = activated(e->activation, v);
  return v;
#undef TAKE
}
