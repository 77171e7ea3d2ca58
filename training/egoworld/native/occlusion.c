#include "occlusion.h"

static float middle(float a, float b, float c) { return fmaxf(fminf(a, b), fminf(fmaxf(a, b), c)); }

Occluder occluder_of(const Primitive *primitives, int32_t index) {
  const Primitive *p = primitives + index;
  float size;
  switch (p->shape) {
    case SHAPE_CYLINDER: size = middle(p->size.x, p->size.x, p->size.z); break;
    case SHAPE_CONE: size = fmaxf(p->size.x, p->size.y); break;
    default: size = middle(p->size.x, p->size.y, p->size.z);
  }
  size = fminf(size, 0.35f);
  return (Occluder){p, index, size, p->bound + 2.5f * size};
}

// One loop for each shape: `shape` is a constant where this is inlined, so no lane branches.
static inline __attribute__((always_inline)) void shade(const Occluder *o, Points *restrict points, int shape) {
  const Primitive *p = o->primitive;
  const Vec3 c = p->centre, u = p->axis[0], v = p->axis[1], w = p->axis[2], size = p->size;
  const float blob = o->size, blob2 = blob * blob, fade = 1 / (2.5f * blob);
  const float ix = 1 / size.x, iy = 1 / size.y, iz = 1 / size.z;
  for (int i = 0; i < BUNDLE; i++) {
    float px = points->x[i] - c.x, py = points->y[i] - c.y, pz = points->z[i] - c.z;
    float lx = px * u.x + py * u.y + pz * u.z, ly = px * v.x + py * v.y + pz * v.z, lz = px * w.x + py * w.y + pz * w.z;
    // The nearest point of the primitive, or a point inside it and how far inside.
    float qx = 0, qy = 0, qz = 0, inside = 0;
    if (shape == SHAPE_BOX) {
      qx = fminf(fmaxf(lx, -size.x), size.x), qy = fminf(fmaxf(ly, -size.y), size.y), qz = fminf(fmaxf(lz, -size.z), size.z);
    } else if (shape == SHAPE_CYLINDER) {
      float shrink = fminf(1, size.x / sqrtf(lx * lx + ly * ly + 1e-12f));
      qx = lx * shrink, qy = ly * shrink, qz = fminf(fmaxf(lz, -size.z), size.z);
    } else if (shape == SHAPE_CONE) {
      qz = fminf(fmaxf(lz, -size.z), size.z);
      inside = size.x + (size.y - size.x) * (0.5f + 0.5f * qz * iz);
    } else {
      float ex = lx * ix, ey = ly * iy, ez = lz * iz;
      inside = sqrtf((lx * lx + ly * ly + lz * lz) / (ex * ex + ey * ey + ez * ez + 1e-6f));
    }
    float dx = lx - qx, dy = ly - qy, dz = lz - qz;
    float gap = fmaxf(sqrtf(dx * dx + dy * dy + dz * dz) - inside, 0);
    float left = fmaxf(1 - gap * fade, 0);
    // Light is kept away by all of the blob, not by its nearest point alone.
    float pull = 1 - 0.5f * fminf(1, blob / sqrtf(qx * qx + qy * qy + qz * qz + 1e-12f));
    float tx = qx * pull - lx, ty = qy * pull - ly, tz = qz * pull - lz;
    float nx = points->normal_x[i], ny = points->normal_y[i], nz = points->normal_z[i];
    float facing = tx * (nx * u.x + ny * u.y + nz * u.z) + ty * (nx * v.x + ny * v.y + nz * v.z) + tz * (nx * w.x + ny * w.y + nz * w.z);
    facing = fmaxf(facing, 0) / sqrtf(tx * tx + ty * ty + tz * tz + 1e-12f);
    float dimmed = 1 - 0.75f * facing * blob2 / (blob2 + 3 * gap * gap) * left * left;
    points->open[i] *= points->hit[i] == o->index ? 1.0f : dimmed;
  }
}

void shade_around(const Occluder *occluder, Points *restrict points) {
  switch (occluder->primitive->shape) {
    case SHAPE_BOX: shade(occluder, points, SHAPE_BOX); break;
    case SHAPE_CYLINDER: shade(occluder, points, SHAPE_CYLINDER); break;
    case SHAPE_CONE: shade(occluder, points, SHAPE_CONE); break;
    default: shade(occluder, points, SHAPE_ELLIPSOID);
  }
}
