#version 450
#extension GL_GOOGLE_include_directive : require
#include "Compute/tensors.glsl"
#include "Compute/activation.glsl"
// A chain of up to eight steps on four elements a thread.
layout(local_size_x = 128) in;
layout(constant_id = 0) const bool RESULT_HALF = false;
layout(constant_id = 1) const bool INPUT_HALF = false;
// What step i does: below 8 an activation, else one of those here; and how its operand lies.
layout(constant_id = 10) const uint STEP_0 = 0u;
layout(constant_id = 11) const uint STEP_1 = 0u;
layout(constant_id = 12) const uint STEP_2 = 0u;
layout(constant_id = 13) const uint STEP_3 = 0u;
layout(constant_id = 14) const uint STEP_4 = 0u;
layout(constant_id = 15) const uint STEP_5 = 0u;
layout(constant_id = 16) const uint STEP_6 = 0u;
layout(constant_id = 17) const uint STEP_7 = 0u;
const uint ADD = 8u, MULTIPLY = 9u, ADD_SCALED = 10u, SCALE = 11u, OFFSET = 12u, CLAMP = 13u, KIND = 15u;
const uint IS_SINGLE = 16u, IS_DIRECT = 32u, IS_HALF = 64u;

WRITES(result, 0, RESULT_HALF)
READS(source, 1, INPUT_HALF)
PARAMETERS(2)
READS(operand0_, 3, ((STEP_0 & IS_HALF) != 0u))
READS(operand1_, 4, ((STEP_1 & IS_HALF) != 0u))
READS(operand2_, 5, ((STEP_2 & IS_HALF) != 0u))
READS(operand3_, 6, ((STEP_3 & IS_HALF) != 0u))
READS(operand4_, 7, ((STEP_4 & IS_HALF) != 0u))
READS(operand5_, 8, ((STEP_5 & IS_HALF) != 0u))
READS(operand6_, 9, ((STEP_6 & IS_HALF) != 0u))
READS(operand7_, 10, ((STEP_7 & IS_HALF) != 0u))

layout(push_constant) uniform Push {
  // `program`: the word of the first step's three parameters: rows a group, and two numbers.
  uint count, channels, program;
} p;

// Four values of an operand that serves groups of rows.
#define OPERAND(at, at4, step, word) \
  if ((step & IS_DIRECT) != 0u) { \
    operand = at4(element); \
  } else { \
    for (uint i = 0u; i < 4u; i++) { \
      uint e = min(element + i, p.count - 1u), group = e / p.channels / parameters[word]; \
      operand[i] = at((step & IS_SINGLE) != 0u ? group : group * p.channels + e % p.channels); \
    } \
  }

#define APPLY(step, index) \
  if (step != 0u) { \
    uint kind = step & KIND, word = p.program + 3u * index; \
    vec4 operand = vec4(0.0); \
    if (kind >= ADD && kind <= ADD_SCALED) { OPERAND(operand##index##_At, operand##index##_At4, step, word) } \
    if (kind < ADD) x = activate(x, kind); \
    else if (kind == ADD) x += operand; \
    else if (kind == MULTIPLY) x *= operand; \
    else if (kind == ADD_SCALED) x += parameterReal(word + 1u) * operand; \
    else if (kind == SCALE) x *= parameterReal(word + 1u); \
    else if (kind == OFFSET) x += parameterReal(word + 1u); \
    else if (kind == CLAMP) x = clamp(x, vec4(parameterReal(word + 1u)), vec4(parameterReal(word + 2u))); \
  }

void main() {
  uint stride = gl_NumWorkGroups.x * gl_WorkGroupSize.x * 4u;
  for (uint element = gl_GlobalInvocationID.x * 4u; element < p.count; element += stride) {
    vec4 x = sourceAt4(element);
    APPLY(STEP_0, 0)
    APPLY(STEP_1, 1)
    APPLY(STEP_2, 2)
    APPLY(STEP_3, 3)
    APPLY(STEP_4, 4)
    APPLY(STEP_5, 5)
    APPLY(STEP_6, 6)
    APPLY(STEP_7, 7)
    resultPut4(element, x);
  }
}
