// Vectors of 512 bits; products of convolutions, layers and attention's values in bf16, their sums in 32 bits.
#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#include <string.h>
#define W 16
#define PIXELS 12
#define NARROW
#define NAME "AVX-512 bf16"
#define TABLE ego_kernels_avx512bf16
// Only what follows may use these instructions; system headers above keep to the baseline.
#pragma clang attribute push(__attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512bf16"))), \
                             apply_to = function)
#include "template/vector.h"
#include "template/table.h"
#pragma clang attribute pop
#endif
