// What a ray hit.
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
