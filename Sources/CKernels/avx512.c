// Vectors of 512 bits.
#if defined(__x86_64__)
#include <math.h>
#include <string.h>
#define W 16
#define PIXELS 12
#define NAME "AVX-512"
#define TABLE ego_kernels_avx512
// Only what follows may use these instructions; system headers above keep to the baseline.
#pragma clang attribute push(__attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)
#include "template/vector.h"
#include "template/table.h"
#pragma clang attribute pop
#endif
