// The heart of convolution and attention: a tile of PIXELS × 2 vectors of sums, held in registers.
#pragma once

// Columns of packed weights that lie side by side.
#define BLOCK (2 * W)

INLINE void clear_sums(vf sums[PIXELS][2]) {
#pragma clang loop unroll(full)
  for (int p = 0; p < PIXELS; p++) sums[p][0] = sums[p][1] = (vf){};
}

// sums[p] += Σ x[p · step + i · inner] · weights[i], i below `run`. Never inlined: amid other code the compiler runs out
// of registers and keeps the sums in memory, which takes five times as long.
static __attribute__((noinline)) void add_products(const float *x, long step, long inner, long run, const float *w,
                                                   vf sums[PIXELS][2]) {
  vf a[PIXELS], b[PIXELS];
#pragma clang loop unroll(full)
  for (int p = 0; p < PIXELS; p++) a[p] = sums[p][0], b[p] = sums[p][1];
  const float *end = w + run * BLOCK;
#pragma clang loop unroll(disable)
  for (; w != end; w += BLOCK, x += inner) {
    vf w0 = load(w), w1 = load(w + W);
#pragma clang loop unroll(full)
    for (int p = 0; p < PIXELS; p++) {
      vf value = all(x[p * step]);
      a[p] += value * w0;
      b[p] += value * w1;
    }
  }
#pragma clang loop unroll(full)
  for (int p = 0; p < PIXELS; p++) sums[p][0] = a[p], sums[p][1] = b[p];
}
