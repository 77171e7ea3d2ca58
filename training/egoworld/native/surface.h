// What a ray hit, and what may stand between it and the light.
#pragma once

#include "bundle.h"

typedef struct {
  Vec3 point, normal;
  Vec3 local;       // where the material's pattern is looked up
  float u, v;       // surface coordinates, metres
  int32_t material;
  int32_t tag;
  int32_t key;      // differs between surfaces that meet at a visible edge
} Surface;

// The surface at `point`, hit along `direction`, of primitive `hit` or (-1) of the room's `face`.
Surface surface_at(const Scene *scene, int32_t hit, int32_t face, Vec3 point);

// A primitive as something that keeps light away from its surroundings.
typedef struct {
  const Primitive *primitive;
  int32_t index;
  float size;   // of the blob that it is taken for, metres
  float reach;  // beyond this far from its centre it has no effect
} Occluder;

Occluder occluder_of(const Primitive *primitives, int32_t index);

// 0..1: how much of the light from around an occluder leaves at a point of another surface.
float openness(const Occluder *occluder, Vec3 point, Vec3 normal);
