// The activations of `Activation`, in its order.
const uint ACTIVATION_NONE = 0u, ACTIVATION_RELU = 1u, ACTIVATION_SILU = 2u, ACTIVATION_GELU = 3u, ACTIVATION_TANH = 4u;

vec4 activate(vec4 x, uint kind) {
  switch (kind) {
    case ACTIVATION_RELU: return max(x, vec4(0.0));
    case ACTIVATION_SILU: return x / (1.0 + exp(-x));
    case ACTIVATION_GELU:
      // ½ (1 + tanh u) is 1 / (1 + e⁻²ᵘ), which neither cancels nor overflows into NaN.
      return x / (1.0 + exp(-1.5957691216057308 * (x + 0.044715 * x * x * x)));
    case ACTIVATION_TANH: {
      // Beyond ±15 a float's tanh is ±1; the built-in one overflows on some drivers. Near 0 the quotient cancels, and
      // the series is exact.
      vec4 e = exp(2.0 * clamp(x, vec4(-15.0), vec4(15.0))), square = x * x;
      vec4 series = x * (1.0 + square * (-1.0 / 3.0 + square * (2.0 / 15.0 - square * 17.0 / 315.0)));
      return mix((e - 1.0) / (e + 1.0), series, lessThan(square, vec4(0.04)));
    }
    default: return x;
  }
}
