// Loops over whole rows of channels.

static void finish(const ego_epilogue *e, const float *source, long stride, float *target, long row, long rows,
                   long column, long columns) {
  for (long r = 0; r < rows; r++, source += stride, target += e->columns) {
    long i = 0;
    for (; i + W <= columns; i += W) store(target + i, finished(e, load(source + i), row + r, column + i, W));
    long n = columns - i;
    if (n > 0) store_some(target + i, finished(e, load_some(source + i, n), row + r, column + i, n), n);
  }
}

// One function a kind, so that the choice stands outside the loop.
#define FOR_ALL(EXPRESSION)                                  \
  do {                                                       \
    long i = 0;                                              \
    for (; i + W <= count; i += W) {                         \
      vf v = load(values + i);                               \
      store(values + i, EXPRESSION);                         \
    }                                                        \
    if (i < count) {                                         \
      vf v = load_some(values + i, count - i);               \
      store_some(values + i, EXPRESSION, count - i);         \
    }                                                        \
  } while (0)

static void activate(int activation, float *values, long count) {
  switch (activation) {
    case ego_relu: FOR_ALL(activated(ego_relu, v)); break;
    case ego_silu: FOR_ALL(activated(ego_silu, v)); break;
    case ego_gelu: FOR_ALL(activated(ego_gelu, v)); break;
    case ego_tanh: FOR_ALL(activated(ego_tanh, v)); break;
    default: break;
  }
}
#undef FOR_ALL

static void add_scaled(float *values, const float *operand, long step, float factor, long count) {
  if (step == 0) {
    float term = *operand * factor;
    for (long i = 0; i < count; i++) values[i] += term;
  } else {
    for (long i = 0; i < count; i++) values[i] += operand[i] * factor;
  }
}

static void multiply(float *values, const float *operand, long step, long count) {
  if (step == 0) {
    float factor = *operand;
    for (long i = 0; i < count; i++) values[i] *= factor;
  } else {
    for (long i = 0; i < count; i++) values[i] *= operand[i];
  }
}

static void scale_offset(float *values, float factor, float term, long count) {
  for (long i = 0; i < count; i++) values[i] = values[i] * factor + term;
}

static void clamp(float *values, float low, float high, long count) {
  for (long i = 0; i < count; i++) {
    float v = values[i];
    v = v < low ? low : v;
    values[i] = v > high ? high : v;
  }
}

INLINE void normalise_row(const ego_normalisation *w, long row) {
  long count = w->channels, i;
  const float *x = w->input + row * count;
  float *y = w->output + row * count;
  float mean = 0, squares = 0;
  if (w->is_layer) {
    vf sum = {};
    for (i = 0; i + W <= count; i += W) sum += load(x + i);
    mean = total(sum);
    for (; i < count; i++) mean += x[i];
    mean /= (float)count;
  }
  // Two passes: a mean far from zero would cancel in mean(x²) − mean².
  vf sum = {}, more = {};
  for (i = 0; i + 2 * W <= count; i += 2 * W) {
    vf a = load(x + i) - mean, b = load(x + i + W) - mean;
    sum += a * a;
    more += b * b;
  }
  squares = total(sum + more);
  for (; i < count; i++) squares += (x[i] - mean) * (x[i] - mean);
  float factor = 1.0f / sqrtf(squares / (float)count + w->epsilon);

  const float *scale = w->scale ? w->scale + row / w->scale_rows * w->scale_channels : 0;
  const float *shift = w->shift ? w->shift + row / w->shift_rows * w->shift_channels : 0;
#define TAKE(p) (n == W ? load(p) : load_some(p, n))
  for (i = 0; i < count; i += W) {
    long n = count - i < W ? count - i : W;
    vf v = (TAKE(x + i) - mean) * factor;
    if (w->weight) v *= TAKE(w->weight + i);
    if (w->bias) v += TAKE(w->bias + i);
    if (scale) v *= 1.0f + (w->scale_channels == 1 ? all(*scale) : TAKE(scale + i));
    if (shift) v += w->shift_channels == 1 ? all(*shift) : TAKE(shift + i);
    if (n == W) store(y + i, v);
    else store_some(y + i, v, n);
  }
#undef TAKE
}

static void normalise(const ego_normalisation *w, long first, long last) {
  for (long row = first; row < last; row++) normalise_row(w, row);
}

static void rotate(const float *input, float *output, const float *cosines, const float *sines, long pairs) {
  for (long i = 0; i < pairs; i++) {
    float a = input[2 * i], b = input[2 * i + 1];
    output[2 * i] = a * cosines[i] - b * sines[i];
    output[2 * i + 1] = a * sines[i] + b * cosines[i];
  }
}

static void blend(const float *a, const float *b, const float *c, const float *d, float fx, float fy, float *output,
                  long count) {
  for (long i = 0; i < count; i++) {
    float top = a[i] + (b[i] - a[i]) * fx, bottom = c[i] + (d[i] - c[i]) * fx;
    output[i] = top + (bottom - top) * fy;
  }
}

static void from_bytes(const uint8_t *from, float *to, long to_step, long count, float scale, float offset) {
  if (to_step == 1)
    for (long i = 0; i < count; i++) to[i] = (float)from[i] * scale + offset;
  else
    for (long i = 0; i < count; i++) to[i * to_step] = (float)from[i] * scale + offset;
}

// The comparison is false for NaN, which becomes 0. Adding 2²³ leaves no bits for a fraction: ties go to even.
INLINE uint8_t byte_of(float x) {
  x = x > 0 ? x : 0;
  x = (x < 255 ? x : 255) + 8388608.0f;
  uint32_t bits;
  memcpy(&bits, &x, 4);
  return (uint8_t)bits;
}

static void to_bytes(const float *from, long from_step, uint8_t *to, long count, float factor, float offset) {
  if (from_step == 1)
    for (long i = 0; i < count; i++) to[i] = byte_of((from[i] - offset) * factor);
  else
    for (long i = 0; i < count; i++) to[i] = byte_of((from[i * from_step] - offset) * factor);
}
