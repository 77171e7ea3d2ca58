#include "geometry_kernels.h"
#include "vectors.h"

INLINE int is_alike(const uint16_t *point, const uint8_t *sample, int32_t colour_change) {
  for (int k = 0; k < 3; k++) {
    const int32_t difference = (point[k] >> 8) - sample[k];
    if (difference > colour_change || -difference > colour_change) return 0;
  }
  return 1;
}

#define SAMPLE(row, column) (c.samples + (size_t)(row) * c.row_bytes + (size_t)(column) * c.pixel_bytes)

// The 3x3 pixels around one, as far as there are.
#define AROUND(row, column) \
  for (int32_t r = (row) > 0 ? (row) - 1 : 0; r <= (row) + 1 && r < c.height; r++) \
    for (int32_t q = (column) > 0 ? (column) - 1 : 0; q <= (column) + 1 && q < c.width; q++)

FOR_SEVERAL_PROCESSORS
size_t geometry_compare(const GeometryComparison *comparison, GeometryHits hits, const uint16_t *colours, uint32_t *last_seen,
                        size_t first, size_t count, uint32_t *agreeing, uint8_t *behind, uint32_t *freed) {
  const GeometryComparison c = *comparison;
  const float *axial = c.is_range ? hits.distance : hits.z;
  size_t dropped = 0;
  for (size_t i = 0; i < count; i += 8) {
    const uint16_t *colour = colours + 4 * (first + i);
    uint32_t *seen_in = last_seen + first + i;
    uint8 seen;
    memcpy(&seen, seen_in, sizeof seen);
    int8 exists = (int8)(seen != 0) & (lanes8 < (int32_t)(count - i < 8 ? count - i : 8));
    if (!ANY8(exists)) continue;
    int8 low, high;
    for (int k = 0; k < 8; k++) {
      int32_t both[2];
      memcpy(both, colour + 4 * k, sizeof both);
      low[k] = both[0];
      high[k] = both[1];
    }
    uint8 often = (uint8)high >> 16;
    int8 foreground = (int8)(often >= 0x8000);
    int8 confirmed = (foreground & (int8)((often & 0x7FFF) >= c.foreground_confirmations)) |
                     (~foreground & (int8)(often >= c.confirmations));
    // Tentative and not seen again at once: it moved on.
    int8 drop = exists & ~confirmed & (int8)(seen + 1 < c.frame);

    float8 u = LOAD8(hits.u + i), v = LOAD8(hits.v + i), here = LOAD8(axial + i);
    int8 visible = exists & ~drop & (LOAD8(hits.cosine + i) >= c.minimum_cosine) & (u > -0.5f) & (v > -0.5f) &
                   (u < c.picture_width - 0.5f) & (v < c.picture_height - 0.5f);
    float8 zero = {};
    float8 across = MIN8(MAX8((u + 0.5f) * c.to_grid, zero), SPLAT8((float)(c.width - 1)));
    float8 down = MIN8(MAX8((v + 0.5f) * c.to_grid, zero), SPLAT8((float)(c.height - 1)));
    int8 column = __builtin_convertvector(across, int8), row = __builtin_convertvector(down, int8);
    int8 pixel = (row * c.width + column) & visible;
    const int follow = ALL8(visible) && FOLLOW8(pixel);
    float8 there = GATHER8(float8, c.depth, pixel, follow);
    int8 measured = visible & (there > 0.0f);
    float8 tolerance = c.absolute_tolerance + c.relative_tolerance * there;
    int8 agrees = measured & (ABS8(here - there) <= tolerance);
    int8 further = measured & ~agrees & (here > there);
    int8 nearer = measured & ~agrees & ~further;
    int8 hides = further & confirmed;
    int8 sample = {};
    for (int k = 0; k < 8; k++) {
      if (agrees[k]) memcpy((char *)&sample + 4 * k, SAMPLE(row[k], column[k]), 4);
    }
    int8 change = MAX8(
        MAX8(ABS8(((low >> 8) & 0xFF) - (sample & 0xFF)), ABS8(((low >> 24) & 0xFF) - ((sample >> 8) & 0xFF))),
        ABS8(((high >> 8) & 0xFF) - ((sample >> 16) & 0xFF)));
    int8 alike = agrees & (change <= c.colour_change);
    int8 slot = (int32_t)(first + i) + lanes8;
    if (follow && ALL8(alike)) {
      uint8 lowest = GATHER8(uint8, agreeing, pixel, follow);
      SCATTER8(agreeing, pixel, follow, alike, MIN8(lowest, (uint8)slot));
    } else if (ANY8(alike)) {
      for (int k = 0; k < 8; k++) {
        if (alike[k] && (uint32_t)slot[k] < agreeing[pixel[k]]) agreeing[pixel[k]] = (uint32_t)slot[k];
      }
    }
    seen = (uint8)SELECT_WHOLE8(alike, (int8){} + (int32_t)c.frame, (int8)seen);
    SCATTER8(seen_in, lanes8, ALL8(exists), exists, seen);
    agrees &= ~alike;
    if (!ANY8(drop | agrees | hides | nearer)) continue;
    for (int k = 0; k < 8; k++) {
      int goes = drop[k] != 0;
      if (agrees[k]) {
        // Another surface has come to the same place, or gone from it; or the pose is half a pixel off, which must not cost every
        // point on the edge of a texture.
        goes = 1;
        AROUND(row[k], column[k]) if (goes && is_alike(colour + 4 * k, SAMPLE(r, q), c.colour_change)) goes = 0;
        if (!goes) {
          if ((uint32_t)slot[k] < agreeing[pixel[k]]) agreeing[pixel[k]] = (uint32_t)slot[k];
          seen_in[k] = c.frame;
        }
      } else if (hides[k]) {
        behind[pixel[k]] = 1;
      } else if (nearer[k]) {
        // A point is only seen through where all pixels around are beyond it.
        float least = __builtin_inff();
        AROUND(row[k], column[k]) {
          const float depth = c.depth[(ptrdiff_t)r * c.width + q];
          if (depth > 0.0f && depth < least) least = depth;
        }
        goes = !(here[k] >= least - tolerance[k]);
      }
      if (!goes) continue;
      seen_in[k] = 0;
      freed[dropped++] = (uint32_t)slot[k];
    }
  }
  return dropped;
}
