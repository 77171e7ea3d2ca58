// Colours of materials. Everything is averaged over the pixel's footprint, so that nothing shimmers as things move.
#include "pattern.h"

#include "noise.h"

static Vec3 tiles(const Material *m, float u, float v, float w) {
  float joint = 0.015f + 0.06f * m->share;
  float each = 1 + 0.35f * (cell(u, v, m->seed) - 0.5f) * survives(1, w);
  float line = 1 - (1 - stripe(u, joint, w)) * (1 - stripe(v, joint, w));
  return mix(scale(m->a, each), m->b, line);
}

static Vec3 wood(const Material *m, Vec3 q, float u, float v, float w) {
  float row = floorf(v), shift = 7 * cell(row, 3, m->seed);
  float plank = (cell(u * 0.13f + shift, row, m->seed) - 0.5f) * survives(1, w);
  float grain = fractal(vec(u * 0.35f + m->seed + 17 * plank, v * 5, q.z * 0.3f + row), 3, w * 5) - 0.5f;
  Vec3 colour = mix(m->a, m->b, clampf(0.45f + 1.5f * grain + 0.7f * plank * m->share, 0, 1));
  float seam = stripe(v, 0.035f, w) + stripe(u * 0.13f + shift, 0.006f, w * 0.13f);
  return scale(colour, 1 - 0.5f * clampf(seam, 0, 1) * m->share);
}

static Vec3 patches(const Material *m, float u, float v, float w) {
  float x = u * 1.4f, y = v * 0.6f + 0.35f * cell(u * 1.4f, 0, m->seed);
  uint32_t h = hash3((int32_t)floorf(x), (int32_t)floorf(y), (int32_t)m->seed);
  Vec3 random = vec((h & 255) / 255.0f, (h >> 8 & 255) / 255.0f, (h >> 16 & 255) / 255.0f);
  random = mul(random, random);
  float grey = (random.x + random.y + random.z) / 3;
  random = mix(vec(grey, grey, grey), random, 0.3f + 0.7f * m->share);
  float gap = stripe(x, 0.06f, w * 1.4f) + stripe(y, 0.05f, w * 0.6f);
  Vec3 colour = mix(m->a, random, 0.75f * survives(0.7f, w));
  return scale(colour, 1 - 0.6f * clampf(gap, 0, 1));
}

// Lines of words: each line has its own length, each word its own width.
static Vec3 text(const Material *m, float u, float v, float w) {
  float line = floorf(v), across = u * 0.9f + 9 * cell(line, 1, m->seed);
  float heading = cell(line * 0.25f, 5, m->seed) < 0.15f ? 1 : 0;
  float ink = stripe(v, heading ? 0.62f : 0.42f, w);
  float gap = 0.16f + 0.2f * cell(across, line, m->seed);
  float letters = 0.55f + 0.45f * survives(0.3f, w) * (cell(u * 5, line, m->seed + 3) - 0.35f);
  float written = cell(u * 0.12f, line, m->seed + 7) < 0.25f ? 0 : 1;
  return mix(m->a, m->b, clampf(ink * (1 - stripe(across, gap, w)) * letters * written, 0, 1));
}

static Vec3 bricks(const Material *m, float u, float v, float w) {
  float row = floorf(v * 3), x = u + 0.5f * (row - 2 * floorf(row / 2));
  float each = 1 + 0.5f * (cell(x, row, m->seed) - 0.5f) * survives(0.4f, w);
  float joint = 1 - (1 - stripe(v * 3, 0.13f, 3 * w)) * (1 - stripe(x, 0.045f, w));
  return mix(scale(m->a, each), m->b, joint);
}

static Vec3 window(const Material *m, Vec3 p, float u, float v, float w) {
  float height = v * m->scale, skyline = fmaxf(m->scale, 1) * (1.2f + 1.6f * fractal(vec(u * m->scale * 0.5f, m->seed, 0), 3, w * m->scale * 0.5f));
  Vec3 sky = mix(m->c, vec(1, 1, 1), clampf(0.7f - 0.08f * height, 0, 0.8f));
  float leaves = fractal(vec(u * m->scale * 4, v * m->scale * 4, m->seed), 3, w * m->scale * 4);
  Vec3 green = scale(m->b, 0.35f + 1.1f * leaves);
  Vec3 colour = mix(green, sky, smoothstepf(skyline - 0.1f, skyline + 0.1f, height));
  float bar = 0.06f + 0.05f * m->share;
  float frame = 1 - (1 - stripe(u, bar, w)) * (1 - stripe(v * 0.6f, bar, w));
  (void)p;
  return mix(colour, m->a, frame * (m->share > 0.02f));
}

// The spots of a football: directions of an icosahedron's corners.
static Vec3 ball(const Material *m, Vec3 p, float w) {
  const float a = 0.5257311f, b = 0.8506508f;
  Vec3 d = unit(p), corners[6] = {{0, a, b}, {0, a, -b}, {a, b, 0}, {a, -b, 0}, {b, 0, a}, {b, 0, -a}};
  float nearest = 0;
  for (int i = 0; i < 6; i++) nearest = fmaxf(nearest, fabsf(dot(d, corners[i])));
  float soft = 0.015f + 0.5f * w;
  return mix(m->a, m->b, smoothstepf(0.93f - soft, 0.93f + soft, nearest));
}

static Vec3 keys(const Material *m, float u, float v, float w) {
  float x = u + 0.25f * floorf(v);
  float key = (1 - stripe(x, 0.22f, w)) * (1 - stripe(v, 0.22f, w));
  float odd = cell(x, v, m->seed);
  Vec3 face = mix(m->b, m->c, odd > 0.9f ? 1 : 0.08f * odd);
  return mix(m->a, face, key);
}

Vec3 material_colour(const Material *m, Vec3 p, float u, float v, float footprint) {
  float inverse = 1 / m->scale, w = footprint * inverse;
  Vec3 q = scale(p, inverse), offset = vec(m->seed * 0.37f, m->seed * 0.11f, m->seed * 0.73f), colour;
  u *= inverse, v *= inverse;
  switch (m->pattern) {
    case PATTERN_NOISE:
      colour = mix(m->a, m->b, clampf((fractal(add(q, offset), 4, w) - 0.5f) * 2.2f + 0.5f, 0, 1));
      break;
    case PATTERN_STRIPES: colour = mix(m->a, m->b, stripe(dot(q, m->axis), m->share, w)); break;
    case PATTERN_CHECKS: {
      float x = 2 * stripe(u * 0.5f, 0.5f, w * 0.5f) - 1, y = 2 * stripe(v * 0.5f, 0.5f, w * 0.5f) - 1;
      colour = mix(m->a, m->b, 0.5f - 0.5f * x * y);
      break;
    }
    case PATTERN_TILES: colour = tiles(m, u, v, w); break;
    case PATTERN_WOOD: colour = wood(m, q, u, v, w); break;
    case PATTERN_DOTS: {
      float x = u - floorf(u) - 0.5f, y = v - floorf(v) - 0.5f, r = sqrtf(x * x + y * y), size = 0.12f + 0.3f * m->share;
      float soft = 0.5f * w + 0.01f, average = 3.1416f * size * size, left = survives(0.5f, w);
      colour = mix(m->a, m->b, left * (1 - smoothstepf(size - soft, size + soft, r)) + (1 - left) * average);
      break;
    }
    case PATTERN_GRADIENT: colour = mix(m->a, m->b, 0.5f + 0.5f * sinf(dot(q, m->axis) + m->seed)); break;
    case PATTERN_PATCHES: colour = patches(m, u, v, w); break;
    case PATTERN_TEXT: colour = text(m, u, v, w); break;
    case PATTERN_CAMOUFLAGE: {
      float t = fractal(add(q, offset), 3, w), soft = 0.02f + 0.1f * clampf(w, 0, 1);
      colour = mix(m->a, m->b, smoothstepf(0.46f - soft, 0.46f + soft, t));
      colour = mix(colour, m->c, smoothstepf(0.56f - soft, 0.56f + soft, t));
      break;
    }
    case PATTERN_BRICKS: colour = bricks(m, u, v, w); break;
    case PATTERN_WINDOW: colour = window(m, p, u, v, w); break;
    case PATTERN_GRASS: {
      float near = fractal(scale(add(q, offset), 1), 2, w), far = fractal(scale(add(q, offset), 0.07f), 3, w * 0.07f);
      colour = scale(mix(m->a, m->b, clampf(0.5f + 1.6f * (far - 0.5f), 0, 1)), 0.55f + 0.9f * near);
      break;
    }
    case PATTERN_KEYS: colour = keys(m, u, v, w); break;
    case PATTERN_PANELS: {
      float rib = stripe(u, 0.25f, w) - 0.25f, seam = stripe(u * 0.125f, 0.01f, w * 0.125f) + stripe(v * 0.06f, 0.006f, w * 0.06f);
      colour = scale(mix(m->a, m->b, 0.25f + rib), 1 - 0.4f * clampf(seam, 0, 1));
      break;
    }
    case PATTERN_BALL: colour = ball(m, p, w); break;
    case PATTERN_WEAVE: {
      float thread = (stripe(u, 0.5f, w) - 0.5f) * (stripe(v, 0.5f, w) - 0.5f);
      float fold = fractal(scale(add(q, offset), 0.08f), 3, w * 0.08f);
      colour = scale(mix(m->a, m->b, clampf(0.5f + 1.5f * thread, 0, 1)), 0.75f + 0.5f * fold);
      break;
    }
    default: colour = m->a;
  }
  if (m->fine > 0) {
    float grain = survives(1, footprint * 35) > 0 ? (noise(scale(p, 35)) - 0.5f) * survives(1, footprint * 35) : 0;
    if (survives(1, footprint * 110) > 0) grain += (noise(scale(p, 110)) - 0.5f) * survives(1, footprint * 110);
    colour = scale(colour, 1 + m->fine * grain);
  }
  return colour;
}

void sample_material(const Material *material, const float *point_uv, int32_t count, float footprint, float *rgb) {
  for (int i = 0; i < count; i++, point_uv += 5, rgb += 3) {
    Vec3 c = material_colour(material, vec(point_uv[0], point_uv[1], point_uv[2]), point_uv[3], point_uv[4], footprint);
    rgb[0] = c.x, rgb[1] = c.y, rgb[2] = c.z;
  }
}
