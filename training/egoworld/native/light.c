#include "light.h"

#include "pattern.h"

// A ball around the surfaces of a bundle.
static Vec3 ball_around(const Surface *surfaces, int used, float *radius) {
  Vec3 low = surfaces[0].point, high = low;
  for (int i = 1; i < used; i++) {
    Vec3 p = surfaces[i].point;
    low = vec(fminf(low.x, p.x), fminf(low.y, p.y), fminf(low.z, p.z));
    high = vec(fmaxf(high.x, p.x), fmaxf(high.y, p.y), fmaxf(high.z, p.z));
  }
  *radius = 0.5f * length(sub(high, low));
  return scale(add(low, high), 0.5f);
}

static inline Vec3 towards(const Light *light, Vec3 point, float *distance) {
  if (light->directional) {
    *distance = 60;
    return light->position;
  }
  Vec3 d = sub(light->position, point);
  *distance = length(d);
  return scale(d, 1 / (*distance + 1e-9f));
}

// Which surfaces the light that throws shadows does not reach: `distance` of the bundle becomes less than the light's.
static void cast_shadows(const Picture *picture, const Light *light, const Surface *surfaces, int used, Vec3 centre, float radius,
    float *lit) {
  Bundle rays;
  float distances[BUNDLE];
  for (int i = 0; i < BUNDLE; i++) {
    const Surface *s = surfaces + (i < used ? i : 0);
    Vec3 d = towards(light, s->point, distances + i), o = add(s->point, scale(s->normal, 0.004f));
    rays.origin_x[i] = o.x, rays.origin_y[i] = o.y, rays.origin_z[i] = o.z;
    rays.x[i] = d.x, rays.y[i] = d.y, rays.z[i] = d.z;
    rays.distance[i] = distances[i] - 0.02f;
    rays.hit[i] = -1;
  }
  float far;
  Vec3 axis = towards(light, centre, &far);
  for (int k = 0; k < picture->caster_count; k++) {
    const Primitive *p = picture->scene.primitives + picture->casters[k];
    Vec3 to = sub(p->centre, centre);
    float along = clampf(dot(to, axis), 0, far);
    Vec3 off = sub(to, scale(axis, along));
    // Towards a lamp the rays come together.
    float wide = light->directional ? radius : radius * (1 - along / far);
    float reach = wide + p->bound + 0.01f;
    if (dot(off, off) < reach * reach) intersect_primitive(&rays, p, picture->casters[k]);
  }
  for (int i = 0; i < used; i++) lit[i] = rays.hit[i] >= 0 ? 0.0f : 1.0f;
}

static float corner_openness(const Room *room, Vec3 p, Vec3 n) {
  float sum = 0;
  const float low[3] = {p.x - room->low.x, p.y - room->low.y, p.z - room->low.z};
  const float high[3] = {room->high.x - p.x, room->high.y - p.y, room->high.z - p.z};
  const float normal[3] = {n.x, n.y, n.z};
  for (int k = 0; k < 3; k++) {
    if (fabsf(normal[k]) > 0.9f) continue;
    if (low[k] < 1) sum += expf(-low[k] * 4);
    if (high[k] < 1) sum += expf(-high[k] * 4);
  }
  return 1 - room->corner_shade * fminf(sum, 1);
}

static inline float tone(const Picture *picture, float x) {
  int i = (int)(x * (TONE_STEPS / TONE_RANGE));
  return picture->tone[i < 0 ? 0 : i >= TONE_STEPS ? TONE_STEPS - 1 : i];
}

static Vec3 developed(const Picture *picture, Vec3 light) {
  const View *view = picture->view;
  light = mul(light, view->gain);
  Vec3 c = vec(tone(picture, light.x), tone(picture, light.y), tone(picture, light.z));
  float grey = 0.3f * c.x + 0.59f * c.y + 0.11f * c.z;
  c = mix(vec(grey, grey, grey), c, view->saturation);
  return vec(clampf(c.x, 0, 1), clampf(c.y, 0, 1), clampf(c.z, 0, 1));
}

void light_bundle(const Picture *picture, const Bundle *rays, const Surface *surfaces, const float *footprint, int used, Vec3 *colour) {
  const Scene *scene = &picture->scene;
  const Room *room = scene->room;
  float radius, lit[BUNDLE];
  Vec3 centre = ball_around(surfaces, used, &radius);

  Points points;
  for (int i = 0; i < BUNDLE; i++) {
    const Surface *s = surfaces + (i < used ? i : 0);
    points.x[i] = s->point.x, points.y[i] = s->point.y, points.z[i] = s->point.z;
    points.normal_x[i] = s->normal.x, points.normal_y[i] = s->normal.y, points.normal_z[i] = s->normal.z;
    points.hit[i] = rays->hit[i];
    points.open[i] = 1;
  }
  for (int k = 0; k < picture->occluder_count; k++) {
    const Occluder *o = picture->occluders + k;
    Vec3 d = sub(o->primitive->centre, centre);
    float reach = o->reach + radius;
    if (dot(d, d) < reach * reach) shade_around(o, &points);
  }
  int shadowed = -1;
  for (int k = 0; k < room->light_count; k++)
    if (scene->lights[k].shadow) shadowed = k;
  if (shadowed >= 0) cast_shadows(picture, scene->lights + shadowed, surfaces, used, centre, radius, lit);

  for (int i = 0; i < used; i++) {
    const Surface *s = surfaces + i;
    const Material *m = scene->materials + s->material;
    Vec3 albedo = material_colour(m, s->local, s->u, s->v, footprint[i]);
    if (m->glow > 0) {
      colour[i] = developed(picture, scale(albedo, m->glow));
      continue;
    }
    float open = points.open[i];
    int is_ceiling = rays->hit[i] < 0 && s->normal.z < -0.9f;
    if (room->corner_shade > 0 && rays->hit[i] < 0) open *= corner_openness(room, s->point, s->normal);
    Vec3 light = scale(mix(room->ambient_below, room->ambient_above, 0.5f + 0.5f * s->normal.z), open), shine = vec(0, 0, 0);
    Vec3 back = vec(-rays->x[i], -rays->y[i], -rays->z[i]);
    for (int k = 0; k < room->light_count; k++) {
      const Light *lamp = scene->lights + k;
      float far;
      Vec3 to = towards(lamp, s->point, &far);
      float facing = dot(to, s->normal), strength = k == shadowed ? lit[i] : 0.6f + 0.4f * open;
      if (facing <= 0 || strength <= 0) continue;
      // Lamps hang from the ceiling and shine away from it.
      if (is_ceiling) strength *= 0.25f;
      if (!lamp->directional) strength /= 1 + far * far / (lamp->reach * lamp->reach);
      light = add(light, scale(lamp->colour, strength * facing));
      if (m->gloss > 0) {
        float gleam = fmaxf(dot(unit(add(to, back)), s->normal), 0);
        gleam *= gleam, gleam *= gleam, gleam *= gleam, gleam *= gleam;
        shine = add(shine, scale(lamp->colour, strength * m->gloss * gleam * gleam));
      }
    }
    colour[i] = developed(picture, add(mul(albedo, light), shine));
  }
}
