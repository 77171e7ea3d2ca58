#include "CKernels.h"

extern const ego_kernels ego_kernels_baseline, ego_kernels_avx2, ego_kernels_avx512, ego_kernels_avx512bf16;

#if defined(__x86_64__)
#include <cpuid.h>

static bool has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
static bool has_avx512(void) {
  return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
static bool has_bf16(void) { return has_avx512() && __builtin_cpu_supports("avx512bf16"); }

// AMD's family 25 with AVX-512; by name an older libgcc does not know it.
static bool is_zen4(void) {
  unsigned a, b, c, d;
  if (!has_avx512() || !__get_cpuid(0, &a, &b, &c, &d) || b != signature_AMD_ebx) return false;
  return __get_cpuid(1, &a, &b, &c, &d) && (a >> 8 & 15) + (a >> 20 & 255) == 25;
}

const ego_kernels *ego_kernels_for(int level) {
  __builtin_cpu_init();
  if (level == 4) return has_bf16() ? &ego_kernels_avx512bf16 : 0;
  if (level == 1) return &ego_kernels_baseline;
  if ((level == 0 || level == 3) && has_avx512()) return &ego_kernels_avx512;
  if ((level == 0 || level == 2) && has_avx2()) return &ego_kernels_avx2;
  return level == 0 ? &ego_kernels_baseline : 0;
}

const char *ego_blas_core(void) {
  __builtin_cpu_init();
  // Zen 4 takes two steps to each vector of 512 bits, and kernels for shorter ones are a twentieth faster.
  if (is_zen4()) return "Haswell";
  if (has_avx512()) return "SkylakeX";
  if (has_avx2()) return "Haswell";
  return 0;
}
#else
const ego_kernels *ego_kernels_for(int level) { return level <= 1 ? &ego_kernels_baseline : 0; }
const char *ego_blas_core(void) { return 0; }
#endif
