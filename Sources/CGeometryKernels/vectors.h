#pragma once

#include <math.h>
#include "several_processors.h"

// Eight at a time: one AVX register, or two of SSE or NEON.
typedef float float8 __attribute__((vector_size(32)));
typedef int32_t int8 __attribute__((vector_size(32)));
typedef uint32_t uint8 __attribute__((vector_size(32)));

// Macros rather than functions: a vector argument's calling convention differs between the clones.
#define LOAD8(pointer) ({ float8 v_; memcpy(&v_, (pointer), sizeof v_); v_; })
#define STORE8(pointer, value) do { __typeof__(value) v_ = (value); memcpy((pointer), &v_, sizeof v_); } while (0)
#define SPLAT8(value) ((float8){} + (value))
#define SELECT8(mask, yes, no) ((float8)(((int8)(yes) & (mask)) | ((int8)(no) & ~(mask))))
#define MIN8(a, b) __builtin_elementwise_min((a), (b))
#define MAX8(a, b) __builtin_elementwise_max((a), (b))
#define ABS8(a) __builtin_elementwise_abs(a)
#define SQRT8(a) __builtin_elementwise_sqrt(a)
