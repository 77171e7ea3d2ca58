#pragma once

#include <math.h>
#include "several_processors.h"

// Eight at a time: one AVX register, or two of SSE or NEON.
typedef float float8 __attribute__((vector_size(32)));
typedef int32_t int8 __attribute__((vector_size(32)));
typedef uint32_t uint8 __attribute__((vector_size(32)));

static const int8 lanes8 = {0, 1, 2, 3, 4, 5, 6, 7};

// Macros rather than functions: a vector argument's calling convention differs between the clones.
#define LOAD8(pointer) ({ float8 v_; memcpy(&v_, (pointer), sizeof v_); v_; })
#define STORE8(pointer, value) do { __typeof__(value) v_ = (value); memcpy((pointer), &v_, sizeof v_); } while (0)
#define SPLAT8(value) ((float8){} + (value))
#define SELECT8(mask, yes, no) ((float8)(((int8)(yes) & (mask)) | ((int8)(no) & ~(mask))))
#define SELECT_WHOLE8(mask, yes, no) (((yes) & (mask)) | ((no) & ~(mask)))
#define FLOAT8(whole) __builtin_convertvector((whole), float8)
#define WHOLE8(number) __builtin_convertvector((number), int8)
#define ANY8(mask) (__builtin_reduce_or(mask) != 0)
#define ALL8(mask) (__builtin_reduce_and(mask) != 0)
#define MIN8(a, b) __builtin_elementwise_min((a), (b))
#define MAX8(a, b) __builtin_elementwise_max((a), (b))
#define ABS8(a) __builtin_elementwise_abs(a)
#define SQRT8(a) __builtin_elementwise_sqrt(a)

// Whether eight places follow each other, as a still camera's points and pixels mostly do: a column is then read and written
// at once.
#define FOLLOW8(places) ALL8((places) - (places)[0] == (__typeof__(places))lanes8)

// What a column holds at eight places.
#define GATHER8(vector, column, places, follow) ({ \
    vector found_; \
    if (follow) { \
      memcpy(&found_, (column) + (places)[0], sizeof found_); \
    } else { \
      for (int k_ = 0; k_ < 8; k_++) found_[k_] = (column)[(places)[k_]]; \
    } \
    found_; })

// The same for what is written: `follow` only where all lanes are in the mask.
#define SCATTER8(column, places, follow, mask, value) do { \
    __typeof__(value) given_ = (value); \
    if (follow) { \
      memcpy((column) + (places)[0], &given_, sizeof given_); \
    } else { \
      for (int k_ = 0; k_ < 8; k_++) if ((mask)[k_]) (column)[(places)[k_]] = given_[k_]; \
    } \
  } while (0)
