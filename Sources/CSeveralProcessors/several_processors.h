#pragma once

// For loops that are compiled for several generations of x86 processors, of which the right one is taken at load time
// (docs/decisions/005). Every clone rounds alike: no fused multiply-adds. A header and no module: a module would keep the
// pragma to itself.

#include <stdint.h>
#include <string.h>

#pragma clang fp contract(off)

#if defined(__x86_64__)
#define FOR_SEVERAL_PROCESSORS __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define FOR_SEVERAL_PROCESSORS
#endif

#define INLINE static inline __attribute__((always_inline))
