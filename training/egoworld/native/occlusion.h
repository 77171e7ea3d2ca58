// Soft shade where things stand close together or on something.
#pragma once

#include "bundle.h"

// A primitive as a blob that keeps light away from its surroundings.
typedef struct {
  const Primitive *primitive;
  int32_t index;
  float size;   // of the blob, metres
  float reach;  // beyond this far from its centre it has no effect
} Occluder;

// Surface points that are shaded together.
typedef struct {
  float x[BUNDLE], y[BUNDLE], z[BUNDLE];
  float normal_x[BUNDLE], normal_y[BUNDLE], normal_z[BUNDLE];
  float open[BUNDLE];    // 0..1: how much of the light from around arrives
  int32_t hit[BUNDLE];   // the primitive that the point is on, or -1: nothing shades itself
} Points;

Occluder occluder_of(const Primitive *primitives, int32_t index);

// Lowers `open` near the occluder.
void shade_around(const Occluder *occluder, Points *restrict points);
