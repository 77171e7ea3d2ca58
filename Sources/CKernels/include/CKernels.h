// Inner loops of the CPU backend, compiled once for each level of vector instructions and chosen at run time.
//
// Sizes are checked by the caller; nothing here allocates. All matrices are row-major floats.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// Numbered as `Activation.code` in Swift.
typedef enum { ego_none, ego_relu, ego_silu, ego_gelu, ego_tanh } ego_activation;

// residual + gate · activation(x + bias), or activation(gate · (x + bias) + residual).
typedef struct {
  const float *_Nullable bias;
  const float *_Nullable gate;
  // Rows that share one row of the gate, and its channels: 1 or all.
  long gate_rows, gate_channels;
  const float *_Nullable residual;
  long columns;  // of the whole result
  int activation;
  bool activates_last;
} ego_epilogue;

typedef struct {
  const float *input;    // one frame: height × width × channels
  const float *weights;  // packed by `pack_weights`
  float *output;         // one frame: out_height × out_width × out_channels
  long height, width, channels;
  long out_height, out_width, out_channels;
  long size, stride;     // 1 or 3; 1 or 2
  long first_row;        // of this frame within the result, for the epilogue
  ego_epilogue epilogue;
} ego_convolution;

// output = input · packed weights, and the epilogue; epilogue.columns are the weights' columns.
typedef struct {
  const float *input;    // rows × depth
  const float *weights;  // packed by `pack_weights`, of one tap
  float *output;
  long depth;
  long first_row;        // within the result, for the epilogue
  ego_epilogue epilogue;
} ego_linear;

typedef struct {
  const float *input;
  float *output;
  long channels;
  bool is_layer;  // subtracts the mean
  float epsilon;
  const float *_Nullable weight, *_Nullable bias;
  const float *_Nullable scale, *_Nullable shift;  // groups × (1 or channels)
  long scale_rows, scale_channels, shift_rows, shift_channels;
} ego_normalisation;

// One head of a tile of queries. Scratch for `attend`: keys · size (rounded up to `block`) + pixels · size.
typedef struct {
  const float *packed_queries;
  long queries, padded;  // rounded up to `block`
  long size;             // of the head
  long stride;           // between rows of keys, values and output
  float scale;
  float *logits;                  // keys × padded, and a margin of `pixels`
  const float *_Nullable factors; // keys × padded
  float *maxima, *sums, *corrections;  // padded each
  float *output;                  // the first query's result of this head
} ego_attention;

typedef struct {
  const char *name;
  // Channels of one block of packed convolution weights.
  long block;
  // Rows of a tile.
  long pixels;
  // Numbers of what is multiplied in 32 bits: 1 float or 2 of bf16.
  long words;

  // Weights to [out / block][taps][in / words][block], zero-padded; that of output o, input i and tap t lies at
  // o · out_step + i · in_step + t.
  void (*pack_weights)(const float *weights, float *packed, long out, long in, long taps, long out_step, long in_step);
  // Floats of scratch that a worker needs to convolve.
  long (*convolution_scratch)(const ego_convolution *work);
  // Rows first..<last of the output of one frame.
  void (*convolve)(const ego_convolution *work, long first, long last, float *scratch);
  long (*linear_scratch)(const ego_linear *work);
  // Rows first..<last of blocks low..<high of the result's columns; scratch is aligned to 64 bytes.
  void (*multiply_rows)(const ego_linear *work, long first, long last, long low, long high, float *scratch);
  // `rows` rows of `columns` from source (row stride `stride`) to target (row stride epilogue.columns); target points at
  // the first of them, `row` and `column` say where that lies in the whole result.
  void (*finish)(const ego_epilogue *epilogue, const float *source, long stride, float *target, long row, long rows,
                 long column, long columns);
  void (*activate)(int activation, float *values, long count);
  // The four below: values = f(values, operand); `step` is 1, or 0 where one operand serves all.
  void (*add_scaled)(float *values, const float *operand, long step, float factor, long count);
  void (*multiply)(float *values, const float *operand, long step, long count);
  void (*scale_offset)(float *values, float factor, float term, long count);
  void (*clamp)(float *values, float low, float high, long count);
  void (*normalise)(const ego_normalisation *work, long first, long last);
  // Queries of one head (row stride `stride`) to [rows / block][size][block], zero-padded.
  void (*pack_queries)(const float *queries, long stride, long rows, long size, float *packed);
  // Adds what `count` keys say to the results of a tile. Scratch: see `ego_attention`.
  void (*attend)(const ego_attention *work, const float *keys, const float *values, long count, bool is_first,
                 float *scratch);
  // Divides the results by the sums, or makes them zero where there was no key.
  void (*finish_attention)(const ego_attention *work, bool is_empty);
  // keys × padded factors of the geometry bias; `lanes` is scratch for 3 · padded.
  void (*geometry_factors)(const float *rays, long queries, long padded, const float *points, const float *centre,
                           float limit, float scale, long keys, float *lanes, float *factors);
  // Turns pairs: cosines and sines of half the count.
  void (*rotate)(const float *input, float *output, const float *cosines, const float *sines, long pairs);
  // output = (a·(1−fx) + b·fx)·(1−fy) + (c·(1−fx) + d·fx)·fy over channels.
  void (*blend)(const float *a, const float *b, const float *c, const float *d, float fx, float fy, float *output,
                long count);
  // to = from · scale + offset, and to = (from − offset) · factor rounded and kept within 0…255.
  void (*from_bytes)(const uint8_t *from, float *to, long to_step, long count, float scale, float offset);
  void (*to_bytes)(const float *from, long from_step, uint8_t *to, long count, float factor, float offset);
} ego_kernels;

// `level` 0 takes the best for this processor that computes in 32-bit floats, 1 the baseline, 2 AVX2, 3 AVX-512; 4 is
// AVX-512 with products in bf16. Null where it cannot run.
const ego_kernels *_Nullable ego_kernels_for(int level);

// What OPENBLAS_CORETYPE should say for this processor, where the library's own choice by model may be worse.
const char *_Nullable ego_blas_core(void);

// Worker threads, shared by the process. `ego_pool_start` is idempotent; returns how many workers there are, the caller
// among them.
int ego_pool_start(int wanted);
// Calls body(context, task, worker) for every task below count, several at once, with workers below `workers`; returns
// when all are done. Falls back to the calling thread alone when another thread is using the pool.
void ego_pool_run(long count, long workers, void (*body)(void *context, long task, long worker), void *context);

#pragma clang assume_nonnull end
