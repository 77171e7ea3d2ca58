// Everything at one level. NAME: what it is called; TABLE: the symbol; W: floats in a vector; PIXELS: pixels in a
// convolution's tile, so that PIXELS · 2 sums, two weights and a pixel fit the registers.
#include "attention.h"
#include "convolution.h"
#include "linear.h"
#include "rows.h"

const ego_kernels TABLE = {
    .name = NAME,
    .block = BLOCK,
    .pixels = PIXELS,
    .words = PER_WORD,
    .pack_weights = pack_weights,
    .convolution_scratch = convolution_scratch,
    .convolve = convolve,
    .linear_scratch = linear_scratch,
    .multiply_rows = multiply_rows,
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
