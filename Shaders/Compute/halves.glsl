// Halves are rounded to the nearest, to the even one of two as near, whatever the device: how packHalf2x16 rounds is left
// to the driver, and where it cuts off, sums shrink and pictures darken from frame to frame. Hence in whole numbers.

// Two halves in a word, the first in its lower bits.
uint packHalves(vec2 values) {
  uvec2 bits = floatBitsToUint(values);
  uvec2 sign = (bits >> 16u) & 0x8000u;
  bits &= 0x7FFFFFFFu;
  // The exponent counts from 15 instead of from 127. What is rounded up past the last digit raises it, up to infinity.
  uvec2 halves = (bits - 0x38000000u + 0xFFFu + ((bits >> 13u) & 1u)) >> 13u;
  // Below 2⁻¹⁴ halves are whole multiples of 2⁻²⁴.
  uvec2 shift = clamp(126u - (bits >> 23u), uvec2(14u), uvec2(25u));
  uvec2 digits = (bits & 0x7FFFFFu) | 0x800000u;
  uvec2 multiples = (digits + (uvec2(1u) << (shift - 1u)) - 1u + ((digits >> shift) & 1u)) >> shift;
  halves = mix(halves, multiples, lessThan(bits, uvec2(0x38800000u)));
  // From 2¹⁶ on infinite, unless it is no number.
  halves = mix(halves, uvec2(0x7C00u), greaterThanEqual(bits, uvec2(0x47800000u)));
  halves = mix(halves, uvec2(0x7E00u), greaterThan(bits, uvec2(0x7F800000u)));
  halves |= sign;
  return halves.x | (halves.y << 16u);
}
