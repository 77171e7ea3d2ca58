// A picture, tile by tile: one ray a pixel, then four more where surfaces meet.
#include <stdlib.h>
#include <string.h>

#include "light.h"

enum { TILE = 8, MOST_CANDIDATES = 1024 };

typedef struct {
  Vec3 towards;  // unit, from the eye
  float distance, sine, cosine;  // half angle of the bounding sphere; cosine -1: the eye is in it
} Sight;

typedef struct {
  Picture base;
  const float *rays;
  Sight *sights;     // one a primitive
  int32_t *visible;  // primitives this camera sees
  int32_t visible_count;
  Vec3 *colour;
  int32_t *key;
  uint8_t *rgb, *tags;
  float *distance;
} Job;

static Vec3 to_world(const View *view, Vec3 d) {
  const float *m = view->world_to_camera;
  return vec(m[0] * d.x + m[4] * d.y + m[8] * d.z, m[1] * d.x + m[5] * d.y + m[9] * d.z, m[2] * d.x + m[6] * d.y + m[10] * d.z);
}

static void prepare(Job *job) {
  const View *view = job->base.view;
  const float *m = view->world_to_camera;
  job->base.eye = scale(to_world(view, vec(m[3], m[7], m[11])), -1);
  const Room *room = job->base.scene.room;
  for (int i = 0; i < room->primitive_count; i++) {
    const Primitive *p = job->base.scene.primitives + i;
    if (p->flags & CASTS_SHADOW) job->base.casters[job->base.caster_count++] = i;
    if (!(p->flags & view->flag)) continue;
    job->visible[job->visible_count++] = i;
    job->base.occluders[job->base.occluder_count++] = occluder_of(job->base.scene.primitives, i);
    Vec3 to = sub(p->centre, job->base.eye);
    float distance = length(to), sine = distance > p->bound ? p->bound / distance : 1;
    job->sights[i] = (Sight){scale(to, 1 / (distance + 1e-9f)), distance, sine, distance > p->bound ? sqrtf(1 - sine * sine) : -1};
  }
  // Shoulder and display curve once a picture: a soft roll-off above 0.7, then the display's gamma, then contrast.
  for (int i = 0; i < TONE_STEPS; i++) {
    float x = (i + 0.5f) * (TONE_RANGE / TONE_STEPS);
    if (x > 0.7f) x = 0.7f + 0.3f * (1 - expf((0.7f - x) / 0.3f));
    float y = powf(x, 1 / 2.2f);
    job->base.tone[i] = clampf(y + (view->contrast - 1) * (y - 0.45f) * (0.2f + 3.2f * y * (1 - y)), 0, 1);
  }
}

// Primitives whose bounding spheres meet the tile's cone of rays, nearest first.
static int candidates(const Job *job, const Vec3 *directions, int count, int32_t *list) {
  Vec3 axis = vec(0, 0, 0);
  for (int i = 0; i < count; i++) axis = add(axis, directions[i]);
  axis = unit(axis);
  float cosine = 1;
  for (int i = 0; i < count; i++) cosine = fminf(cosine, dot(axis, directions[i]));
  // Subsamples lie half a pixel further out.
  float angle = acosf(clampf(cosine, -1, 1)) * (1 + 1.5f / TILE) + 1e-3f, cone_cosine = cosf(angle), cone_sine = sinf(angle);
  int found = 0;
  for (int k = 0; k < job->visible_count && found < MOST_CANDIDATES; k++) {
    const Sight *s = job->sights + job->visible[k];
    if (s->cosine > -1 && dot(axis, s->towards) < cone_cosine * s->cosine - cone_sine * s->sine) continue;
    float near = s->distance;
    int at = found++;
    for (; at > 0 && job->sights[list[at - 1]].distance > near; at--) list[at] = list[at - 1];
    list[at] = job->visible[k];
  }
  return found;
}

static void trace(const Job *job, Bundle *rays, const int32_t *list, int count, int32_t *face) {
  leave_room(rays, job->base.scene.room, face);
  for (int k = 0; k < count; k++) {
    const Primitive *p = job->base.scene.primitives + list[k];
    float far = 0, near = job->sights[list[k]].distance - p->bound;
    for (int i = 0; i < BUNDLE; i++) far = fmaxf(far, rays->distance[i]);
    if (near < far) intersect_primitive(rays, p, list[k]);
  }
}

static void set_ray(Bundle *rays, int i, Vec3 eye, Vec3 d) {
  rays->origin_x[i] = eye.x, rays->origin_y[i] = eye.y, rays->origin_z[i] = eye.z;
  rays->x[i] = d.x, rays->y[i] = d.y, rays->z[i] = d.z;
}

static Vec3 camera_ray(const Job *job, int x, int y) {
  const float *r = job->rays + 3 * ((size_t)y * job->base.view->width + x);
  return vec(r[0], r[1], r[2]);
}

static int is_blind(Vec3 ray) { return ray.x == 0 && ray.y == 0 && ray.z == 0; }

// How the ray changes from this pixel to the next, along x or y.
static Vec3 ray_step(const Job *job, int x, int y, int dx, int dy) {
  const View *view = job->base.view;
  int forward = x + dx < view->width && y + dy < view->height;
  Vec3 here = camera_ray(job, x, y), there = forward ? camera_ray(job, x + dx, y + dy) : camera_ray(job, x - dx, y - dy);
  if (is_blind(there)) return vec(0, 0, 0);
  return forward ? sub(there, here) : sub(here, there);
}

// Colours and surfaces of the first `used` rays. `angle` is a pixel's, radians.
static void finish(const Job *job, Bundle *rays, const int32_t *face, const float *angle, int used, Surface *surfaces, Vec3 *colour) {
  float footprint[BUNDLE];
  for (int i = 0; i < used; i++) {
    Vec3 d = vec(rays->x[i], rays->y[i], rays->z[i]);
    surfaces[i] = surface_at(&job->base.scene, rays->hit[i], face[i], add(job->base.eye, scale(d, rays->distance[i])));
    float facing = fmaxf(-dot(d, surfaces[i].normal), 0.12f);
    // A little wider than a pixel: a box filter lets some of what is finer through.
    footprint[i] = 1.3f * rays->distance[i] * angle[i] / sqrtf(facing);
  }
  light_bundle(&job->base, rays, surfaces, footprint, used, colour);
}

typedef struct {
  int x[TILE * TILE], y[TILE * TILE], count;
} Pixels;

static void first_pass(Job *job, const Pixels *pixels, const Vec3 *directions, const int32_t *list, int listed) {
  Bundle rays;
  Surface surfaces[BUNDLE];
  Vec3 colour[BUNDLE];
  int32_t face[BUNDLE];
  float angle[BUNDLE];
  const View *view = job->base.view;
  for (int i = 0; i < BUNDLE; i++) {
    int k = i < pixels->count ? i : 0;
    set_ray(&rays, i, job->base.eye, directions[k]);
    Vec3 sx = ray_step(job, pixels->x[k], pixels->y[k], 1, 0), sy = ray_step(job, pixels->x[k], pixels->y[k], 0, 1);
    angle[i] = 0.5f * (length(sx) + length(sy));
  }
  trace(job, &rays, list, listed, face);
  finish(job, &rays, face, angle, pixels->count, surfaces, colour);
  for (int i = 0; i < pixels->count; i++) {
    size_t at = (size_t)pixels->y[i] * view->width + pixels->x[i];
    job->colour[at] = colour[i];
    job->key[at] = surfaces[i].key;
    job->distance[at] = rays.distance[i];
    job->tags[at] = (uint8_t)surfaces[i].tag;
  }
}

static int is_edge(const Job *job, int x, int y) {
  int w = job->base.view->width, h = job->base.view->height;
  const int32_t *k = job->key + (size_t)y * w + x;
  return (x > 0 && k[-1] != *k) || (x + 1 < w && k[1] != *k) || (y > 0 && k[-w] != *k) || (y + 1 < h && k[w] != *k);
}

// Replaces edge pixels by the mean of four rays each, sixteen pixels a bundle.
static void second_pass(Job *job, const Pixels *pixels, const int32_t *list, int listed) {
  static const float offset[4][2] = {{-0.125f, -0.375f}, {0.375f, -0.125f}, {-0.375f, 0.125f}, {0.125f, 0.375f}};
  const View *view = job->base.view;
  for (int first = 0; first < pixels->count; first += BUNDLE / 4) {
    Bundle rays;
    Surface surfaces[BUNDLE];
    Vec3 colour[BUNDLE];
    int32_t face[BUNDLE];
    float angle[BUNDLE];
    int used = pixels->count - first < BUNDLE / 4 ? pixels->count - first : BUNDLE / 4;
    for (int i = 0; i < BUNDLE / 4; i++) {
      int k = first + (i < used ? i : 0), x = pixels->x[k], y = pixels->y[k];
      Vec3 centre = camera_ray(job, x, y), sx = ray_step(job, x, y, 1, 0), sy = ray_step(job, x, y, 0, 1);
      for (int s = 0; s < 4; s++) {
        Vec3 d = unit(add(centre, add(scale(sx, offset[s][0]), scale(sy, offset[s][1]))));
        set_ray(&rays, 4 * i + s, job->base.eye, to_world(view, d));
        angle[4 * i + s] = 0.25f * (length(sx) + length(sy));
      }
    }
    trace(job, &rays, list, listed, face);
    finish(job, &rays, face, angle, 4 * used, surfaces, colour);
    for (int i = 0; i < used; i++) {
      Vec3 sum = add(add(colour[4 * i], colour[4 * i + 1]), add(colour[4 * i + 2], colour[4 * i + 3]));
      job->colour[(size_t)pixels->y[first + i] * view->width + pixels->x[first + i]] = scale(sum, 0.25f);
    }
  }
}

static void each_tile(Job *job, int pass) {
  const View *view = job->base.view;
  int32_t list[MOST_CANDIDATES];
  for (int top = 0; top < view->height; top += TILE)
    for (int left = 0; left < view->width; left += TILE) {
      Pixels seen = {.count = 0}, edges = {.count = 0};
      Vec3 directions[TILE * TILE];
      for (int y = top; y < top + TILE && y < view->height; y++)
        for (int x = left; x < left + TILE && x < view->width; x++) {
          Vec3 ray = camera_ray(job, x, y);
          if (is_blind(ray)) continue;
          directions[seen.count] = to_world(view, ray);
          seen.x[seen.count] = x, seen.y[seen.count++] = y;
          if (pass == 1 && is_edge(job, x, y)) edges.x[edges.count] = x, edges.y[edges.count++] = y;
        }
      if (seen.count == 0 || (pass == 1 && edges.count == 0)) continue;
      int listed = candidates(job, directions, seen.count, list);
      if (pass == 0) first_pass(job, &seen, directions, list, listed);
      else second_pass(job, &edges, list, listed);
    }
}

int render_view(
    const Room *room, const Primitive *primitives, const Material *materials, const Decal *decals, const Light *lights,
    const View *view, const float *rays, uint8_t *rgb, float *distance, uint8_t *tags) {
  size_t pixels = (size_t)view->width * view->height, most = (size_t)room->primitive_count + 1;
  Job job = {.base = {.scene = {room, primitives, materials, decals, lights}, .view = view}, .rays = rays, .rgb = rgb,
             .tags = tags, .distance = distance};
  job.sights = malloc(most * sizeof *job.sights);
  job.visible = malloc(most * sizeof *job.visible);
  job.base.occluders = malloc(most * sizeof *job.base.occluders);
  job.base.casters = malloc(most * sizeof *job.base.casters);
  job.base.tone = malloc(TONE_STEPS * sizeof(float));
  job.colour = calloc(pixels, sizeof *job.colour);
  job.key = calloc(pixels, sizeof *job.key);
  int enough = job.sights && job.visible && job.base.occluders && job.base.casters && job.base.tone && job.colour && job.key;
  if (enough) {
    memset(distance, 0, pixels * sizeof *distance);
    memset(tags, 0, pixels);
    prepare(&job);
    each_tile(&job, 0);
    each_tile(&job, 1);
    for (size_t i = 0; i < pixels; i++) {
      rgb[3 * i] = (uint8_t)(255 * job.colour[i].x + 0.5f);
      rgb[3 * i + 1] = (uint8_t)(255 * job.colour[i].y + 0.5f);
      rgb[3 * i + 2] = (uint8_t)(255 * job.colour[i].z + 0.5f);
    }
  }
  free(job.sights), free(job.visible), free(job.base.occluders), free(job.base.casters);
  free(job.base.tone), free(job.colour), free(job.key);
  return enough ? 0 : -1;
}
