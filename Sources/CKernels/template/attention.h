// Attention of a tile of queries with one block of keys after another.
//
// Logits lie as keys × queries, so that maximum, exponential and sum run down the lanes of a vector, one query a lane, and
// no vector is ever summed across. The queries are packed once for all keys; the products are a convolution's tile.
//
// Where NARROW is set, only the product with the values is: logits of ±60 taken from rounded queries and keys would be
// wrong in their first decimal, and the weights by a tenth.
#include "tile.h"

static void pack_queries(const float *queries, long stride, long rows, long size, float *packed) {
  for (long first = 0; first < rows; first += BLOCK)
    for (long i = 0; i < size; i++)
      for (long lane = 0; lane < BLOCK; lane++)
        *packed++ = first + lane < rows ? queries[(first + lane) * stride + i] : 0;
}

// Values to [size / BLOCK][words of keys][BLOCK], zero-padded.
INLINE void pack_values(const float *values, long stride, long keys, long size, float *packed) {
  for (long column = 0; column < size; column += BLOCK) {
    for (long key = 0; key < keys; key += PER_WORD, packed += BLOCK) {
      for (long half = 0; half < 2; half++) {
        long n = size - column - half * W;
        n = n < 0 ? 0 : n < W ? n : W;
        const float *from = values + key * stride + column + half * W;
        vf line = n == W ? load(from) : load_some(from, n);
#ifdef NARROW
        vf next = key + 1 == keys ? (vf){} : n == W ? load(from + stride) : load_some(from + stride, n);
        line = paired(line, next);
#endif
        store(packed + half * W, line);
      }
    }
  }
}

// logits[key][query] = key · query.
INLINE void make_logits(const ego_attention *a, const float *keys, long count, float *few) {
  for (long key = 0; key < count; key += PIXELS) {
    const float *from = keys + key * a->stride;
    long step = a->stride, n = count - key < PIXELS ? count - key : PIXELS;
    if (n < PIXELS) {
      // A whole tile would read past the last key.
      for (long i = 0; i < n; i++) memcpy(few + i * a->size, from + i * step, (size_t)a->size * 4);
      from = few;
      step = a->size;
    }
    for (long query = 0; query < a->padded; query += BLOCK) {
      vf sums[PIXELS][2];
      clear_sums(sums);
      add_float_products(n, from, step, 1, a->size, a->packed_queries + query * a->size, sums);
      float *to = a->logits + key * a->padded + query;
      for (long i = 0; i < n; i++, to += a->padded) {
        store(to, sums[i][0]);
        store(to + W, sums[i][1]);
      }
    }
  }
}

// Logits to e^(scale · logit − maximum) · factor; brings maximum and sum up to date, and says in `corrections` by how
// much what was summed before must be multiplied.
INLINE void weigh_logits(const ego_attention *a, long count) {
  for (long query = 0; query < a->padded; query += W) {
    float *column = a->logits + query;
    vf peak = all(-INFINITY);
    for (long key = 0; key < count; key++) peak = at_least(load(column + key * a->padded), peak);
    vf before = load(a->maxima + query), after = at_least(peak * a->scale, before);
    vf sum = {};
    const float *factor = a->factors ? a->factors + query : 0;
    for (long key = 0; key < count; key++) {
      vf weight = exponential(load(column + key * a->padded) * a->scale - after);
      if (factor) weight *= load(factor + key * a->padded);
      store(column + key * a->padded, weight);
      sum += weight;
    }
#ifdef NARROW
    // Two keys to a word; rows that were read already are written over.
    for (long key = 0; key < count; key += 2) {
      vf next = key + 1 < count ? load(column + (key + 1) * a->padded) : (vf){};
      store(column + key / 2 * a->padded, paired(load(column + key * a->padded), next));
    }
#endif
    // The first block corrects nothing: e^(−∞) is not quite 0 here, but what it multiplies is.
    vf correction = exponential(before - after);
    store(a->corrections + query, correction);
    store(a->sums + query, load(a->sums + query) * correction + sum);
    store(a->maxima + query, after);
  }
}

// `scratch`: keys · size rounded up to BLOCK, and PIXELS · size more.
static void attend(const ego_attention *a, const float *keys, const float *values, long count, bool is_first,
                   float *scratch) {
  long columns = (a->size + BLOCK - 1) / BLOCK * BLOCK;
  make_logits(a, keys, count, scratch + count * columns);
  weigh_logits(a, count);
  pack_values(values, a->stride, count, a->size, scratch);
  for (long column = 0; column < a->size; column += BLOCK) {
    long left = a->size - column;
    for (long query = 0; query < a->queries; query += PIXELS) {
      vf sums[PIXELS][2];
      clear_sums(sums);
      // The last tile reads weights of queries that are not there, from the next key or the scratch's margin.
      long n = a->queries - query < PIXELS ? a->queries - query : PIXELS;
      add_products(n, a->logits + query, 1, a->padded, WORDS(count), scratch + column * WORDS(count), sums);
      for (long i = 0; i < n; i++) {
        float *to = a->output + (query + i) * a->stride + column;
        vf correction = all(a->corrections[query + i]);
        for (int half = 0; half < 2; half++) {
          long lanes = left - half * W;
          if (lanes <= 0) break;
          if (lanes >= W) {
            store(to + half * W, is_first ? sums[i][half] : load(to + half * W) * correction + sums[i][half]);
          } else {
            vf old = is_first ? (vf){} : load_some(to + half * W, lanes) * correction;
            store_some(to + half * W, old + sums[i][half], lanes);
          }
        }
      }
    }
  }
}

// Divides by the sums; where there was no key, the result is zero.
static void finish_attention(const ego_attention *a, bool is_empty) {
  for (long query = 0; query < a->queries; query++) {
    float *to = a->output + query * a->stride;
    if (is_empty) {
      memset(to, 0, (size_t)a->size * 4);
      continue;
    }
    float factor = 1.0f / a->sums[query];
    for (long i = 0; i < a->size; i++) to[i] *= factor;
  }
}

// clamp(ray · direction to the point), scaled where positive, + 1 + 1e-6, for each key and each query of a tile.
static void geometry_factors(const float *rays, long queries, long padded, const float *points, const float *centre,
                             float limit, float scale, long keys, float *lanes, float *factors) {
  // The rays as three arrays, a lane a query.
  memset(lanes, 0, (size_t)(3 * padded) * 4);
  for (long query = 0; query < queries; query++)
    for (long axis = 0; axis < 3; axis++) lanes[axis * padded + query] = rays[query * 3 + axis];
  for (long key = 0; key < keys; key++, points += 3, factors += padded) {
    float x = points[0] - centre[0], y = points[1] - centre[1], z = points[2] - centre[2];
    float square = x * x + y * y + z * z;
    // Beyond the limit a point has no place in the world; at the centre it has no direction.
    float inverse = square > 1e-24f && square < limit * limit ? 1.0f / sqrtf(square) : 0.0f;
    bool has_place = inverse > 0;
    x = has_place ? x * inverse : 0;
    y = has_place ? y * inverse : 0;
    z = has_place ? z * inverse : 0;
    for (long query = 0; query < padded; query += W) {
      vf c = load(lanes + query) * x + load(lanes + padded + query) * y + load(lanes + 2 * padded + query) * z;
      c = at_least(at_most(c, all(1.0f)), all(-1.0f));
      c = choose(c > all(0.0f), c * scale, c);
      store(factors + query, c + 1.000001f);
    }
  }
}
