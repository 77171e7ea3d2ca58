// The heart of convolution, matrix products and attention: a tile of PIXELS × 2 vectors of sums, held in registers.
//
// What is multiplied comes in words of 32 bits: a float, or where NARROW is set two bf16 numbers, whose products are
// added in 32 bits.
#pragma once

// Columns of packed weights that lie side by side.
#define BLOCK (2 * W)

INLINE void clear_sums(vf sums[PIXELS][2]) {
#pragma clang loop unroll(full)
  for (int p = 0; p < PIXELS; p++) sums[p][0] = sums[p][1] = (vf){};
}

// sums[p] += Σ x[p · step + i · inner] · weights[i], i below `run`, for the first COUNT of p. Never inlined: amid other
// code the compiler runs out of registers and keeps the sums in memory, which takes five times as long.
#define DEFINE_PRODUCTS(FUNCTION, COUNT, SPREAD, MULTIPLY_ADD)                                                    \
  static __attribute__((noinline)) void FUNCTION(const float *x, long step, long inner, long run, const float *w, \
                                                 vf sums[PIXELS][2]) {                                            \
    vf a[COUNT], b[COUNT];                                                                                        \
    _Pragma("clang loop unroll(full)") for (int p = 0; p < COUNT; p++) a[p] = sums[p][0], b[p] = sums[p][1];      \
    const float *end = w + run * BLOCK;                                                                           \
    _Pragma("clang loop unroll(disable)") for (; w != end; w += BLOCK, x += inner) {                              \
      vf w0 = load(w), w1 = load(w + W);                                                                          \
      _Pragma("clang loop unroll(full)") for (int p = 0; p < COUNT; p++) {                                        \
        vf value = SPREAD(x[p * step]);                                                                           \
        a[p] = MULTIPLY_ADD(a[p], value, w0);                                                                     \
        b[p] = MULTIPLY_ADD(b[p], value, w1);                                                                     \
      }                                                                                                           \
    }                                                                                                             \
    _Pragma("clang loop unroll(full)") for (int p = 0; p < COUNT; p++) sums[p][0] = a[p], sums[p][1] = b[p];      \
  }

// The same for a tile of `rows`, by the least of three sizes that has room for them; it reads that many.
#define DEFINE_TILES(FUNCTION, SPREAD, MULTIPLY_ADD)                                                                \
  DEFINE_PRODUCTS(FUNCTION##_small, PIXELS / 3, SPREAD, MULTIPLY_ADD)                                               \
  DEFINE_PRODUCTS(FUNCTION##_medium, PIXELS / 3 * 2, SPREAD, MULTIPLY_ADD)                                          \
  DEFINE_PRODUCTS(FUNCTION##_large, PIXELS, SPREAD, MULTIPLY_ADD)                                                   \
  INLINE void FUNCTION(long rows, const float *x, long step, long inner, long run, const float *w,                  \
                       vf sums[PIXELS][2]) {                                                                        \
    if (rows > PIXELS / 3 * 2)                                                                                      \
      FUNCTION##_large(x, step, inner, run, w, sums);                                                               \
    else if (rows > PIXELS / 3)                                                                                     \
      FUNCTION##_medium(x, step, inner, run, w, sums);                                                              \
    else                                                                                                            \
      FUNCTION##_small(x, step, inner, run, w, sums);                                                               \
  }

#define ADD_PRODUCT(sum, x, w) ((sum) + (x) * (w))
DEFINE_TILES(add_float_products, all, ADD_PRODUCT)
#undef ADD_PRODUCT

#ifdef NARROW
// Numbers in a word.
#define PER_WORD 2

typedef unsigned int vu __attribute__((vector_size(4 * W)));

// Words of `low` and `high`, rounded to nearest; a float each in, half a word each out.
INLINE vf paired(vf low, vf high) {
  vu l = (vu)_mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh((__m512)low));
  vu h = (vu)_mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh((__m512)high));
  return (vf)(l | h << 16);
}

#define ADD_PAIRS(sum, x, w) (vf)_mm512_dpbf16_ps((__m512)(sum), (__m512bh)(x), (__m512bh)(w))
#define SPREAD_WORD(x) (vf) _mm512_set1_ps(x)
DEFINE_TILES(add_products, SPREAD_WORD, ADD_PAIRS)

// To nearest, ties to even; NaN stays NaN.
INLINE uint16_t narrowed(float x) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  return (uint16_t)(x != x ? bits >> 16 | 0x40 : (bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

// `count` floats to words; a half left over at the end is zero.
INLINE void fill_words(float *to, const float *from, long count) {
  long i = 0;
  for (; i + 2 * W <= count; i += 2 * W, to += W) {
    __m512 low = _mm512_loadu_ps(from + i), high = _mm512_loadu_ps(from + i + W);
    _mm512_storeu_si512(to, (__m512i)_mm512_cvtne2ps_pbh(high, low));
  }
  for (; i < count; i += 2, to++) {
    uint16_t pair[2] = {narrowed(from[i]), i + 1 < count ? narrowed(from[i + 1]) : 0};
    memcpy(to, pair, 4);
  }
}
#else
#define PER_WORD 1
#define add_products add_float_products
INLINE void fill_words(float *to, const float *from, long count) { memcpy(to, from, (size_t)count * 4); }
#endif

// Words that hold `count` numbers.
#define WORDS(count) (((count) + PER_WORD - 1) / PER_WORD)

// Weights to [out / BLOCK][taps][in][BLOCK], zero-padded; those of output o, input i and tap t lie at
// o · out_step + i · in_step + t. Two narrow inputs share a word.
static void pack_weights(const float *weights, float *packed, long out, long in, long taps, long out_step,
                         long in_step) {
  for (long first = 0; first < out; first += BLOCK) {
    long columns = out - first < BLOCK ? out - first : BLOCK;
    for (long tap = 0; tap < taps; tap++)
      for (long i = 0; i < in; i += PER_WORD, packed += BLOCK) {
        const float *from = weights + first * out_step + i * in_step + tap;
#ifdef NARROW
        uint16_t line[BLOCK][2] = {};
        for (long o = 0; o < columns; o++)
          for (long half = 0; half < 2 && i + half < in; half++)
            line[o][half] = narrowed(from[o * out_step + half * in_step]);
        memcpy(packed, line, sizeof line);
#else
        if (out_step == 1)
          memcpy(packed, from, (size_t)columns * 4);
        else
          for (long o = 0; o < columns; o++) packed[o] = from[o * out_step];
        for (long o = columns; o < BLOCK; o++) packed[o] = 0;
#endif
      }
  }
}

// `rows` of a tile of results from column `column` on; the first lies at row `row` of what `output` begins, and at
// `first_row` more of what the epilogue knows.
INLINE void store_tile(const ego_epilogue *e, vf sums[PIXELS][2], float *output, long first_row, long row, long rows,
                       long column) {
  long left = e->columns - column;
  for (long p = 0; p < rows; p++) {
    float *out = output + (row + p) * e->columns + column;
    for (int half = 0; half < 2; half++) {
      long n = left - half * W;
      if (n <= 0) break;
      if (n >= W)
        store(out + half * W, finished(e, sums[p][half], first_row + row + p, column + half * W, W));
      else
        store_some(out + half * W, finished(e, sums[p][half], first_row + row + p, column + half * W, n), n);
    }
  }
}
