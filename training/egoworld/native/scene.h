// What the caller hands over: one moment of a scene, a camera, and where the picture goes.
//
// World: metres, right-handed, z up. Every field is four bytes wide, so that NumPy's packed records fit (layout.py).
#pragma once

#include <stdint.h>

#include "vec.h"

enum Shape {
  SHAPE_BOX,        // size: half extents
  SHAPE_ELLIPSOID,  // size: radii
  SHAPE_CONE,       // size: radius at -z, radius at +z, half the distance of the two centres; round ends
  SHAPE_CYLINDER,   // size: radius, unused, half height; flat ends
};

enum Flag { SEEN_BY_EXO = 1, SEEN_BY_EGO = 2, CASTS_SHADOW = 4 };

typedef struct {
  int32_t shape, tag, material;
  int32_t top_material;  // of the face towards local +z of a box or cylinder; -1: as the rest
  int32_t flags;
  Vec3 centre;
  Vec3 axis[3];  // local x, y, z in the world
  Vec3 size;
  float bound;  // radius of a sphere around the centre that holds it
} Primitive;

enum Pattern {
  PATTERN_FLAT,
  PATTERN_NOISE,      // a to b, fractal
  PATTERN_STRIPES,    // along `axis`, b takes `share`
  PATTERN_CHECKS,
  PATTERN_TILES,      // a, each a little different, in a grid of b
  PATTERN_WOOD,       // planks along u with grain
  PATTERN_DOTS,
  PATTERN_GRADIENT,   // a to b along `axis`, softly back and forth
  PATTERN_PATCHES,    // rectangles of random colours around a
  PATTERN_TEXT,       // lines of marks in b on a
  PATTERN_CAMOUFLAGE, // patches of a, b, c
  PATTERN_BRICKS,
  PATTERN_WINDOW,     // sky c over greenery b, behind bars of a
  PATTERN_GRASS,
  PATTERN_KEYS,       // a grid of keys, b on a
  PATTERN_PANELS,     // corrugated sheet
  PATTERN_BALL,       // a sphere with twelve spots of b
  PATTERN_WEAVE,      // cloth
};

typedef struct {
  int32_t pattern;
  Vec3 a, b, c;  // linear RGB
  float scale;   // metres a unit of the pattern
  float share;   // 0..1, see the pattern
  float fine;    // grain on top, 0..1
  float gloss;   // strength of the highlight
  float glow;    // light of its own, times the colour
  float seed;
  Vec3 axis;
} Material;

// Rectangles on the room's faces; where several overlap the last one shows.
typedef struct {
  int32_t face, material;
  float low_u, low_v, high_u, high_v;
} Decal;

typedef struct {
  Vec3 position;  // or, for a directional light, the direction towards it
  Vec3 colour;
  int32_t directional, shadow;
  float reach;  // metres at which a point light is down to half its strength
} Light;

// Faces are ordered -x +x -y +y -z +z; their (u, v) are world (y, z), (x, z) and (x, y).
typedef struct {
  Vec3 low, high;
  int32_t material[6];
  Vec3 ambient_above, ambient_below;  // light from the upper and lower half of the world
  float corner_shade;                 // how much darker corners are; 0 out of doors
  int32_t primitive_count, decal_count, light_count;
} Room;

typedef struct {
  int32_t width, height;
  int32_t flag;  // SEEN_BY_EXO or SEEN_BY_EGO
  float world_to_camera[12];
  Vec3 gain;
  float contrast, saturation;
} View;

typedef struct {
  const Room *room;
  const Primitive *primitives;
  const Material *materials;
  const Decal *decals;
  const Light *lights;
} Scene;

// `rays`: height · width unit directions in camera axes, zero where the lens sees nothing.
// `rgb`: 3 bytes a pixel; `distance`: metres along the ray, 0 where nothing is; `tags`: of the primitives.
// Returns 0, or -1 when memory is short.
int render_view(
    const Room *room, const Primitive *primitives, const Material *materials, const Decal *decals, const Light *lights,
    const View *view, const float *rays, uint8_t *rgb, float *distance, uint8_t *tags);

// Distance along each of `count` rays (origin and direction, 6 floats) to the nearest primitive with one of `flags`, and
// which it is; the room is left out. `distance` comes in as how far to look.
void cast_rays(const Primitive *primitives, int32_t primitive_count, int32_t flags, const float *rays, int32_t count,
    float *distance, int32_t *which);

// The colour of a material at a local point with surface coordinates u, v, averaged over `footprint` metres.
void sample_material(const Material *material, const float *point_uv, int32_t count, float footprint, float *rgb);
