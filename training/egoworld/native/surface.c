#include "surface.h"

static inline Vec3 into(const Primitive *p, Vec3 d) { return vec(dot(d, p->axis[0]), dot(d, p->axis[1]), dot(d, p->axis[2])); }
static inline Vec3 out_of(const Primitive *p, Vec3 l) {
  return add(add(scale(p->axis[0], l.x), scale(p->axis[1], l.y)), scale(p->axis[2], l.z));
}

static void box_surface(Surface *s, const Primitive *p) {
  Vec3 l = s->local, e = vec(fabsf(l.x) - p->size.x, fabsf(l.y) - p->size.y, fabsf(l.z) - p->size.z);
  if (e.x > e.y && e.x > e.z) {
    s->normal = scale(p->axis[0], l.x > 0 ? 1 : -1);
    s->u = l.y, s->v = l.z, s->key += l.x > 0;
  } else if (e.y > e.z) {
    s->normal = scale(p->axis[1], l.y > 0 ? 1 : -1);
    s->u = l.x, s->v = l.z, s->key += 2 + (l.y > 0);
  } else {
    s->normal = scale(p->axis[2], l.z > 0 ? 1 : -1);
    s->u = l.x, s->v = l.y, s->key += 4 + (l.z > 0);
    if (l.z > 0 && p->top_material >= 0) s->material = p->top_material;
  }
}

static void cylinder_surface(Surface *s, const Primitive *p) {
  Vec3 l = s->local;
  float r = sqrtf(l.x * l.x + l.y * l.y);
  if (r - p->size.x > fabsf(l.z) - p->size.z) {
    s->normal = out_of(p, vec(l.x / r, l.y / r, 0));
    s->u = atan2f(l.y, l.x) * p->size.x, s->v = l.z;
  } else {
    s->normal = scale(p->axis[2], l.z > 0 ? 1 : -1);
    s->u = l.x, s->v = l.y, s->key += l.z > 0 ? 1 : 2;
    if (l.z > 0 && p->top_material >= 0) s->material = p->top_material;
  }
}

static void cone_surface(Surface *s, const Primitive *p) {
  Vec3 l = s->local;
  float span = 2 * p->size.z, rr = p->size.x - p->size.y;
  // Along the axis from the first centre, moved by how far the tangent cone's touching circles are shifted.
  float z = l.z + p->size.z, r = sqrtf(l.x * l.x + l.y * l.y), along = z * span - p->size.x * rr, end = span * span - rr * rr;
  Vec3 n;
  if (along <= 0) n = vec(l.x, l.y, z);
  else if (along >= end) n = vec(l.x, l.y, l.z - p->size.z);
  else n = vec(l.x * sqrtf(end) / (r + 1e-9f), l.y * sqrtf(end) / (r + 1e-9f), rr);
  s->normal = out_of(p, unit(n));
  s->u = atan2f(l.y, l.x) * 0.5f * (p->size.x + p->size.y), s->v = l.z;
}

static void room_surface(Surface *s, const Scene *scene, int32_t face) {
  const Room *room = scene->room;
  Vec3 p = s->point;
  float sign = face & 1 ? -1 : 1;
  s->normal = face < 2 ? vec(sign, 0, 0) : face < 4 ? vec(0, sign, 0) : vec(0, 0, sign);
  s->u = face < 2 ? p.y : p.x, s->v = face < 4 ? p.z : p.y;
  s->local = p;
  s->material = room->material[face];
  s->key = 0x40000000 + face * 4096;
  for (int i = room->decal_count - 1; i >= 0; i--) {
    const Decal *d = scene->decals + i;
    if (d->face != face || s->u < d->low_u || s->u > d->high_u || s->v < d->low_v || s->v > d->high_v) continue;
    s->material = d->material;
    s->key += 1 + i;
    break;
  }
}

Surface surface_at(const Scene *scene, int32_t hit, int32_t face, Vec3 point) {
  Surface s = {.point = point};
  if (hit < 0) {
    room_surface(&s, scene, face);
    return s;
  }
  const Primitive *p = scene->primitives + hit;
  s.local = into(p, sub(point, p->centre));
  s.material = p->material;
  s.tag = p->tag;
  s.key = hit * 8;
  switch (p->shape) {
    case SHAPE_BOX: box_surface(&s, p); break;
    case SHAPE_CYLINDER: cylinder_surface(&s, p); break;
    case SHAPE_CONE: cone_surface(&s, p); break;
    default: {
      Vec3 l = s.local, r = p->size;
      s.normal = out_of(p, unit(vec(l.x / (r.x * r.x), l.y / (r.y * r.y), l.z / (r.z * r.z))));
      s.u = atan2f(l.y, l.x) * r.x, s.v = l.z;
    }
  }
  return s;
}
