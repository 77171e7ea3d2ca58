// Vectors of 256 bits.
#if defined(__x86_64__)
#include <math.h>
#include <string.h>
#define W 8
#define PIXELS 6
#define NAME "AVX2"
#define TABLE ego_kernels_avx2
// Only what follows may use these instructions; system headers above keep to the baseline.
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "template/vector.h"
#include "template/table.h"
#pragma clang attribute pop
#endif
