#include "geometry_kernels.h"
#include "vectors.h"

typedef struct {
  int top, bottom, left, right;
} Box;

// Rows (within the band) and columns that an ellipse touches. Splats lie near the picture, so these are small numbers.
INLINE Box box_of(const GeometrySplat *s, const GeometryCanvas *c) {
  Box b;
  b.top = (int)ceilf(s->v - s->height) - c->first_row;
  b.bottom = (int)floorf(s->v + s->height) - c->first_row;
  b.left = (int)ceilf(s->u - s->width);
  b.right = (int)floorf(s->u + s->width);
  if (b.top < 0) b.top = 0;
  if (b.left < 0) b.left = 0;
  if (b.bottom > c->height - 1) b.bottom = c->height - 1;
  if (b.right > c->width - 1) b.right = c->width - 1;
  return b;
}

static const float8 steps = {0, 1, 2, 3, 4, 5, 6, 7};

FOR_SEVERAL_PROCESSORS
void geometry_cover(const GeometryCanvas *canvas, const GeometrySplat *splats, const uint32_t *list, size_t count) {
  const GeometryCanvas c = *canvas;
  for (size_t k = 0; k < count; k++) {
    const GeometrySplat s = splats[list[k]];
    const Box box = box_of(&s, &c);
    const float8 distance = SPLAT8(s.distance);
    for (int row = box.top; row <= box.bottom; row++) {
      const float dv = (float)(row + c.first_row) - s.v;
      const float room = 1.0f - s.vv * dv * dv, lean = 2.0f * s.uv * dv;
      float *line = c.nearest + (ptrdiff_t)row * c.pitch;
      for (int column = box.left; column <= box.right; column += 8) {
        float8 now = LOAD8(line + column);
        float8 du = steps + ((float)column - s.u);
        int8 nearer = ((s.uu * du + lean) * du <= room) & (distance < now);
        STORE8(line + column, SELECT8(nearer, distance, now));
      }
    }
  }
}

#define ADD8(plane, amount) do { \
    uint8 sum_; memcpy(&sum_, (plane), sizeof sum_); sum_ += (amount); memcpy((plane), &sum_, sizeof sum_); } while (0)

FOR_SEVERAL_PROCESSORS
void geometry_blend(const GeometryCanvas *canvas, const GeometrySplat *splats, const uint32_t *list, size_t count,
                    const uint16_t *colours, float reach) {
  const GeometryCanvas c = *canvas;
  for (size_t k = 0; k < count; k++) {
    const GeometrySplat s = splats[list[k]];
    const Box box = box_of(&s, &c);
    const float seen_from = s.distance * reach;
    const uint16_t *colour = colours + (size_t)s.slot * 4;
    // 8 + 3 bits of colour times 7 of weight: from 16,000 ellipses on a pixel on, sums may wrap; see SplatPolicy.mostWeight.
    const uint32_t red = colour[0] >> 5, green = colour[1] >> 5, blue = colour[2] >> 5;
    for (int row = box.top; row <= box.bottom; row++) {
      const float dv = (float)(row + c.first_row) - s.v;
      const float room = 1.0f - s.vv * dv * dv, lean = 2.0f * s.uv * dv;
      const ptrdiff_t line = (ptrdiff_t)row * c.pitch;
      for (int column = box.left; column <= box.right; column += 8) {
        const ptrdiff_t at = line + column;
        float8 du = steps + ((float)column - s.u);
        float8 fall = room - (s.uu * du + lean) * du;
        int8 seen = (fall >= 0.0f) & (LOAD8(c.nearest + at) >= seen_from);
        // Adding 2^23 leaves the rounded whole number in the low bits.
        float8 whole = fall * fall * 126.0f + 8388609.0f;
        uint8 weight = (uint8)whole & 0xFF & (uint8)seen;
        ADD8(c.red + at, weight * red);
        ADD8(c.green + at, weight * green);
        ADD8(c.blue + at, weight * blue);
        ADD8(c.weight + at, weight);
      }
    }
  }
}
