// How shaders read and write tensors.
//
// A tensor is bound as words of 16 bytes and holds floats, or halves packed two to a 32-bit word; `isHalf` is a
// specialisation constant, so the choice costs nothing at run time, and no 16-bit feature of the device is needed.
// Every tensor is padded to whole words of 16 bytes: reading or writing past its end inside the last one is harmless.
//
// READS(name, binding, isHalf) declares
//   float nameAt(element)          any element
//   vec4 nameAt4(element)          four from a multiple of 4
//   vec4 nameRun(element, count)   up to four from anywhere, zeros after them
#define READS(name, number, isHalf) \
  layout(std430, binding = number) readonly buffer Tensor##name { uvec4 name[]; }; \
  float name##At(uint element) { \
    if (!isHalf) return uintBitsToFloat(name[element >> 2][element & 3u]); \
    vec2 pair = unpackHalf2x16(name[element >> 3][(element >> 1) & 3u]); \
    return (element & 1u) != 0u ? pair.y : pair.x; \
  } \
  vec4 name##At4(uint element) { \
    if (!isHalf) return uintBitsToFloat(name[element >> 2]); \
    uvec4 words = name[element >> 3]; \
    uvec2 halves = (element & 4u) != 0u ? words.zw : words.xy; \
    return vec4(unpackHalf2x16(halves.x), unpackHalf2x16(halves.y)); \
  } \
  vec4 name##Run(uint element, uint count) { \
    if ((element & 3u) == 0u && count >= 4u) return name##At4(element); \
    vec4 values = vec4(0.0); \
    for (uint i = 0u; i < min(count, 4u); i++) values[i] = name##At(element + i); \
    return values; \
  }

#include "Compute/halves.glsl"

// WRITES(name, binding, isHalf) declares
//   void namePut(element, value)          any element; atomic on the word where halves share it with a neighbour
//   void namePut2(element, values)        two from an even element
//   void namePut4(element, values)        four from a multiple of 4
//   void namePutRun(element, values, count)  up to four from anywhere
#define WRITES(name, number, isHalf) \
  layout(std430, binding = number) buffer Tensor##name { uvec4 name[]; }; \
  void name##Put(uint element, float value) { \
    if (!isHalf) { \
      name[element >> 2][element & 3u] = floatBitsToUint(value); \
      return; \
    } \
    uint shift = (element & 1u) * 16u; \
    atomicAnd(name[element >> 3][(element >> 1) & 3u], ~(0xFFFFu << shift)); \
    atomicOr(name[element >> 3][(element >> 1) & 3u], (packHalves(vec2(value, 0.0)) & 0xFFFFu) << shift); \
  } \
  void name##Put2(uint element, vec2 values) { \
    if (isHalf) { \
      name[element >> 3][(element >> 1) & 3u] = packHalves(values); \
    } else { \
      name[element >> 2][element & 3u] = floatBitsToUint(values.x); \
      name[element >> 2][(element & 3u) + 1u] = floatBitsToUint(values.y); \
    } \
  } \
  void name##Put4(uint element, vec4 values) { \
    if (isHalf) { \
      name[element >> 3][(element >> 1) & 3u] = packHalves(values.xy); \
      name[element >> 3][((element >> 1) & 3u) + 1u] = packHalves(values.zw); \
    } else { \
      name[element >> 2] = floatBitsToUint(values); \
    } \
  } \
  void name##PutRun(uint element, vec4 values, uint count) { \
    if ((element & 3u) == 0u && count >= 4u) { \
      name##Put4(element, values); \
    } else if ((element & 1u) == 0u && (count == 2u || count >= 4u)) { \
      name##Put2(element, values.xy); \
      if (count >= 4u) name##Put2(element + 2u, values.zw); \
    } else { \
      for (uint i = 0u; i < min(count, 4u); i++) name##Put(element + i, values[i]); \
    } \
  }

// What the host may change between runs, and what is too long for push constants.
#define PARAMETERS(number) \
  layout(std430, binding = number) readonly buffer Parameters { uint parameters[]; }; \
  float parameterReal(uint word) { return uintBitsToFloat(parameters[word]); }
