// Everything at one level. NAME: what it is called; TABLE: the symbol; W: floats in a vector; PIXELS: pixels in a
// convolution's tile, so that PIXELS · 2 sums, two weights and a pixel fit the registers.
#include "attention.h"
#include "convolution.h"
#include "rows.h"

const ego_kernels TABLE = {
    .name = NAME,
    .block = BLOCK,
    .pixels = PIXELS,
    .scratch_pixels = 3 * ((PIXELS - 1) * 2 + 3),
    .pack_convolution = pack_convolution,
    .convolve = convolve,
    .finish = finish,
    .activate = activate,
    .add_scaled = add_scaled,
    .multiply = multiply,
    .scale_offset = scale_offset,
    .clamp = clamp,
    .normalise = normalise,
    .pack_queries = pack_queries,
    .attend = attend,
    .finish_attention = finish_attention,
    .geometry_factors = geometry_factors,
    .rotate = rotate,
    .blend = blend,
    .from_bytes = from_bytes,
    .to_bytes = to_bytes,
};
