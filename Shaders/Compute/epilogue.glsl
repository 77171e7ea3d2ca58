// What is done to four results of a product or convolution before they are stored: see `Epilogue`.
#include "Compute/activation.glsl"

layout(constant_id = 8) const bool RESULT_HALF = false;
layout(constant_id = 9) const bool BIAS_HALF = false;
layout(constant_id = 10) const bool GATE_HALF = false;
layout(constant_id = 11) const bool RESIDUAL_HALF = false;
layout(constant_id = 12) const uint ACTIVATION = 0u;
layout(constant_id = 13) const bool ACTIVATES_LAST = false;
layout(constant_id = 14) const bool HAS_BIAS = false;
layout(constant_id = 15) const bool HAS_GATE = false;
layout(constant_id = 16) const bool GATE_IS_SINGLE = false;
layout(constant_id = 17) const bool HAS_RESIDUAL = false;

WRITES(result, 2, RESULT_HALF)
READS(bias, 3, BIAS_HALF)
READS(gate, 4, GATE_HALF)
READS(residual, 5, RESIDUAL_HALF)

void finish(vec4 x, uint row, uint column, uint columns, uint rowsPerGate) {
  uint count = columns - column;
  uint element = row * columns + column;
  if (HAS_BIAS) x += biasRun(column, count);
  if (!ACTIVATES_LAST) x = activate(x, ACTIVATION);
  if (HAS_GATE) {
    uint group = row / rowsPerGate;
    x *= GATE_IS_SINGLE ? vec4(gateAt(group)) : gateRun(group * columns + column, count);
  }
  if (HAS_RESIDUAL) x += residualRun(element, count);
  if (ACTIVATES_LAST) x = activate(x, ACTIVATION);
  resultPutRun(element, x, count);
}
