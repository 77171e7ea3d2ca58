// Closed-form intersections, one primitive against a bundle of rays, without branches.
//
// Only the surface that a ray enters through counts: a ray from inside a primitive does not see it.
#include "bundle.h"

static const float NEAREST = 1e-3f;

static inline float safe(float x) { return fabsf(x) < 1e-9f ? 1e-9f : x; }
static inline float root(float x) { return sqrtf(x > 0 ? x : 0); }

static inline void keep(Bundle *restrict rays, int i, int is_hit, float distance, int32_t index) {
  int nearer = is_hit & (distance > NEAREST) & (distance < rays->distance[i]);
  rays->distance[i] = nearer ? distance : rays->distance[i];
  rays->hit[i] = nearer ? index : rays->hit[i];
}

// The ray in the primitive's own axes.
#define LOCAL_RAY(i)                                                                                        \
  float px = rays->origin_x[i] - c.x, py = rays->origin_y[i] - c.y, pz = rays->origin_z[i] - c.z;           \
  float dx = rays->x[i], dy = rays->y[i], dz = rays->z[i];                                                  \
  float ox = px * u.x + py * u.y + pz * u.z, oy = px * v.x + py * v.y + pz * v.z, oz = px * w.x + py * w.y + pz * w.z; \
  float lx = dx * u.x + dy * u.y + dz * u.z, ly = dx * v.x + dy * v.y + dz * v.z, lz = dx * w.x + dy * w.y + dz * w.z

static void intersect_box(Bundle *restrict rays, const Primitive *p, int32_t index) {
  const Vec3 c = p->centre, u = p->axis[0], v = p->axis[1], w = p->axis[2], half = p->size;
  for (int i = 0; i < BUNDLE; i++) {
    LOCAL_RAY(i);
    float ix = 1 / safe(lx), iy = 1 / safe(ly), iz = 1 / safe(lz);
    float rx = fabsf(ix) * half.x, ry = fabsf(iy) * half.y, rz = fabsf(iz) * half.z;
    float enter = fmaxf(-ox * ix - rx, fmaxf(-oy * iy - ry, -oz * iz - rz));
    float leave = fminf(-ox * ix + rx, fminf(-oy * iy + ry, -oz * iz + rz));
    keep(rays, i, enter < leave, enter, index);
  }
}

static void intersect_ellipsoid(Bundle *restrict rays, const Primitive *p, int32_t index) {
  const Vec3 c = p->centre;
  const Vec3 u = scale(p->axis[0], 1 / p->size.x), v = scale(p->axis[1], 1 / p->size.y), w = scale(p->axis[2], 1 / p->size.z);
  for (int i = 0; i < BUNDLE; i++) {
    LOCAL_RAY(i);
    float a = lx * lx + ly * ly + lz * lz, b = ox * lx + oy * ly + oz * lz, k = ox * ox + oy * oy + oz * oz - 1;
    float h = b * b - a * k;
    keep(rays, i, h > 0, (-b - root(h)) / a, index);
  }
}

// After Inigo Quilez, "Rounded Cone - intersection": the tangent cone of two spheres, else the spheres.
static void intersect_cone(Bundle *restrict rays, const Primitive *p, int32_t index) {
  const float ra = p->size.x, rb = p->size.y, rr = ra - rb;
  const Vec3 reach = scale(p->axis[2], p->size.z), a = sub(p->centre, reach), ba = scale(reach, 2), b = add(a, ba);
  const float m0 = dot(ba, ba), d2 = m0 - rr * rr;
  for (int i = 0; i < BUNDLE; i++) {
    float dx = rays->x[i], dy = rays->y[i], dz = rays->z[i];
    float ax = rays->origin_x[i] - a.x, ay = rays->origin_y[i] - a.y, az = rays->origin_z[i] - a.z;
    float bx = rays->origin_x[i] - b.x, by = rays->origin_y[i] - b.y, bz = rays->origin_z[i] - b.z;
    float m1 = ba.x * ax + ba.y * ay + ba.z * az, m2 = ba.x * dx + ba.y * dy + ba.z * dz;
    float m3 = ax * dx + ay * dy + az * dz, m5 = ax * ax + ay * ay + az * az;
    float m6 = bx * dx + by * dy + bz * dz, m7 = bx * bx + by * by + bz * bz;
    float k2 = d2 - m2 * m2, k1 = d2 * m3 - m1 * m2 + m2 * rr * ra;
    float k0 = d2 * m5 - m1 * m1 + m1 * rr * ra * 2 - m0 * ra * ra;
    float h = k1 * k1 - k0 * k2;
    float side = (-root(h) - k1) / safe(k2), along = m1 - ra * rr + side * m2;
    float ha = m3 * m3 - m5 + ra * ra, hb = m6 * m6 - m7 + rb * rb;
    float ta = ha > 0 ? -m3 - root(ha) : 1e9f, tb = hb > 0 ? -m6 - root(hb) : 1e9f;
    int on_side = (h >= 0) & (along > 0) & (along < d2);
    float t = on_side ? side : fminf(ta, tb);
    keep(rays, i, t < 1e8f, t, index);
  }
}

static void intersect_cylinder(Bundle *restrict rays, const Primitive *p, int32_t index) {
  const Vec3 c = p->centre, u = p->axis[0], v = p->axis[1], w = p->axis[2];
  const float r2 = p->size.x * p->size.x, half = p->size.z;
  for (int i = 0; i < BUNDLE; i++) {
    LOCAL_RAY(i);
    float a = lx * lx + ly * ly + 1e-12f, b = ox * lx + oy * ly, h = b * b - a * (ox * ox + oy * oy - r2);
    float side = (-b - root(h)) / a, side_z = oz + side * lz;
    float cap = ((lz > 0 ? -half : half) - oz) / safe(lz);
    float cx = ox + cap * lx, cy = oy + cap * ly;
    int on_side = (h > 0) & (fabsf(side_z) <= half) & (side > NEAREST), on_cap = (cx * cx + cy * cy <= r2) & (cap > NEAREST);
    float t = fminf(on_side ? side : 1e9f, on_cap ? cap : 1e9f);
    keep(rays, i, on_side | on_cap, t, index);
  }
}

void intersect_primitive(Bundle *restrict rays, const Primitive *primitive, int32_t index) {
  switch (primitive->shape) {
    case SHAPE_BOX: intersect_box(rays, primitive, index); break;
    case SHAPE_ELLIPSOID: intersect_ellipsoid(rays, primitive, index); break;
    case SHAPE_CONE: intersect_cone(rays, primitive, index); break;
    default: intersect_cylinder(rays, primitive, index);
  }
}

void leave_room(Bundle *restrict rays, const Room *room, int32_t *restrict face) {
  const Vec3 low = room->low, high = room->high;
  for (int i = 0; i < BUNDLE; i++) {
    float tx = ((rays->x[i] > 0 ? high.x : low.x) - rays->origin_x[i]) / safe(rays->x[i]);
    float ty = ((rays->y[i] > 0 ? high.y : low.y) - rays->origin_y[i]) / safe(rays->y[i]);
    float tz = ((rays->z[i] > 0 ? high.z : low.z) - rays->origin_z[i]) / safe(rays->z[i]);
    float t = fminf(tx, fminf(ty, tz));
    int fx = rays->x[i] > 0, fy = 2 + (rays->y[i] > 0), fz = 4 + (rays->z[i] > 0);
    rays->distance[i] = t > 0 ? t : 0;
    rays->hit[i] = -1;
    face[i] = t == tx ? fx : t == ty ? fy : fz;
  }
}

void cast_rays(const Primitive *primitives, int32_t primitive_count, int32_t flags, const float *rays, int32_t count,
    float *distance, int32_t *which) {
  Bundle bundle;
  for (int first = 0; first < count; first += BUNDLE) {
    int used = count - first < BUNDLE ? count - first : BUNDLE;
    for (int i = 0; i < BUNDLE; i++) {
      int k = first + (i < used ? i : used - 1);
      const float *ray = rays + 6 * k;
      bundle.origin_x[i] = ray[0], bundle.origin_y[i] = ray[1], bundle.origin_z[i] = ray[2];
      bundle.x[i] = ray[3], bundle.y[i] = ray[4], bundle.z[i] = ray[5];
      bundle.distance[i] = distance[k];
      bundle.hit[i] = -1;
    }
    for (int p = 0; p < primitive_count; p++)
      if (primitives[p].flags & flags) intersect_primitive(&bundle, primitives + p, p);
    for (int i = 0; i < used; i++) {
      distance[first + i] = bundle.distance[i];
      which[first + i] = bundle.hit[i];
    }
  }
}
