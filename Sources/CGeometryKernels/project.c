#include "geometry_kernels.h"
#include "vectors.h"

// A vector's component along an axis of the camera `p`.
#define TURNED(row, x, y, z) (p.rows[row][0] * (x) + p.rows[row][1] * (y) + p.rows[row][2] * (z))

// How far from the middle the lens of `p` shows what lies off its axis, over the sine of the angle (see FastLens), and how that
// changes with the cosine.
#define SCALE(cosine, scale, slope) do { \
    if (p.is_pinhole) { \
      (scale) = 1.0f / (cosine); \
      (slope) = -(scale) * (scale); \
    } else { \
      float8 t_ = ((cosine) - p.middle) * p.stretch; \
      (scale) = SPLAT8(p.coefficients[10]); \
      (slope) = (float8){}; \
      for (int k_ = 9; k_ >= 0; k_--) { \
        (slope) = (slope) * t_ + (scale); \
        (scale) = (scale) * t_ + p.coefficients[k_]; \
      } \
      (slope) *= p.stretch; \
    } \
  } while (0)

FOR_SEVERAL_PROCESSORS
void geometry_project(const GeometryProjector *projector, const float *x, const float *y, const float *z, size_t count,
                      GeometryHits hits) {
  const GeometryProjector p = *projector;
  for (size_t i = 0; i < count; i += 8) {
    float8 wx = LOAD8(x + i), wy = LOAD8(y + i), wz = LOAD8(z + i);
    float8 cx = TURNED(0, wx, wy, wz) + p.rows[0][3], cy = TURNED(1, wx, wy, wz) + p.rows[1][3];
    float8 cz = TURNED(2, wx, wy, wz) + p.rows[2][3];
    float8 distance = SQRT8(cx * cx + cy * cy + cz * cz + 1e-12f);
    float8 inverse = 1.0f / distance;
    float8 cosine = cz * inverse;
    float8 a = cx * inverse, b = cy * inverse, scale, slope;
    SCALE(cosine, scale, slope);
    a *= scale;
    b *= scale;
    if (!p.is_pinhole) {
      float8 r = a * a + b * b;
      float8 across = 2.0f * (a * p.tangential[0] + b * p.tangential[1]);
      float8 prism_x = (p.prism[0] + p.prism[1] * r) * r;
      float8 prism_y = (p.prism[2] + p.prism[3] * r) * r;
      a = a + across * a + r * p.tangential[0] + prism_x;
      b = b + across * b + r * p.tangential[1] + prism_y;
    }
    STORE8(hits.u + i, p.offset[0] + a * p.columns[0][0] + b * p.columns[1][0]);
    STORE8(hits.v + i, p.offset[1] + a * p.columns[0][1] + b * p.columns[1][1]);
    STORE8(hits.z + i, cz);
    STORE8(hits.distance + i, distance);
    STORE8(hits.cosine + i, cosine);
  }
}

FOR_SEVERAL_PROCESSORS
void geometry_span(const GeometryProjector *projector, GeometryVectors points, GeometryVectors across, GeometryVectors down,
                   size_t count, GeometryShapes shapes) {
  const GeometryProjector p = *projector;
  for (size_t i = 0; i < count; i += 8) {
    float8 wx = LOAD8(points.x + i), wy = LOAD8(points.y + i), wz = LOAD8(points.z + i);
    float8 cx = TURNED(0, wx, wy, wz) + p.rows[0][3], cy = TURNED(1, wx, wy, wz) + p.rows[1][3];
    float8 cz = TURNED(2, wx, wy, wz) + p.rows[2][3];
    float8 inverse = 1.0f / SQRT8(cx * cx + cy * cy + cz * cz + 1e-12f);
    float8 a = cx * inverse, b = cy * inverse, cosine = cz * inverse, scale, slope;
    SCALE(cosine, scale, slope);
    float8 uu = (float8){}, uv = (float8){}, vv = (float8){};
    for (int side = 0; side < 2; side++) {
      const GeometryVectors s = side ? down : across;
      float8 sx = LOAD8(s.x + i), sy = LOAD8(s.y + i), sz = LOAD8(s.z + i);
      float8 dx = TURNED(0, sx, sy, sz) * inverse;
      float8 dy = TURNED(1, sx, sy, sz) * inverse;
      float8 dz = TURNED(2, sx, sy, sz) * inverse;
      float8 along = dx * a + dy * b + dz * cosine;
      float8 turn = slope * (dz - cosine * along);
      float8 px = scale * (dx - a * along) + a * turn, py = scale * (dy - b * along) + b * turn;
      float8 u = px * p.columns[0][0] + py * p.columns[1][0], v = px * p.columns[0][1] + py * p.columns[1][1];
      uu += u * u;
      uv += u * v;
      vv += v * v;
    }
    STORE8(shapes.uu + i, uu);
    STORE8(shapes.uv + i, uv);
    STORE8(shapes.vv + i, vv);
  }
}

FOR_SEVERAL_PROCESSORS
void geometry_ellipses(const GeometryEllipsePolicy *policy, size_t count, GeometryShapes shapes, GeometryReaches reaches) {
  const GeometryEllipsePolicy p = *policy;
  float8 smallest = SPLAT8(p.smallest), largest = SPLAT8(p.largest);
  for (size_t i = 0; i < count; i += 8) {
    float8 a = p.enlarged * LOAD8(shapes.uu + i), b = p.enlarged * LOAD8(shapes.uv + i);
    float8 c = p.enlarged * LOAD8(shapes.vv + i);
    // The eigenvalues are the half axes' squares.
    float8 mean = 0.5f * (a + c), half = 0.5f * (a - c);
    float8 spread = SQRT8(half * half + b * b), square = mean + spread;
    float8 longer = MIN8(MAX8(square, smallest), largest);
    float8 shorter = MIN8(MAX8(mean - spread, smallest), largest);
    // The same axes with the eigenvalues that are kept.
    float8 turn = SELECT8(spread > 1e-6f, 0.5f * (longer - shorter) / spread, (float8){});
    float8 middle = 0.5f * (longer + shorter);
    float8 x = middle + turn * half, y = turn * b, z = middle - turn * half;
    float8 inverse = 1.0f / (longer * shorter);
    STORE8(shapes.uu + i, z * inverse);
    STORE8(shapes.uv + i, -y * inverse);
    STORE8(shapes.vv + i, x * inverse);
    STORE8(reaches.width + i, SQRT8(x));
    STORE8(reaches.height + i, SQRT8(z));
    STORE8(reaches.square + i, square);
  }
}
