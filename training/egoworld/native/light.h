// How bright surfaces are.
#pragma once

#include "occlusion.h"
#include "surface.h"

// Everything that is the same for a whole picture.
typedef struct {
  Scene scene;
  const View *view;
  Vec3 eye;
  Occluder *occluders;     // of the primitives that this camera sees
  int32_t occluder_count;
  int32_t *casters;        // primitives that throw shadows
  int32_t caster_count;
  float *tone;             // display value of linear light, TONE_STEPS entries over 0..TONE_RANGE
} Picture;

enum { TONE_STEPS = 4096 };
#define TONE_RANGE 4.0f

// Display colours (0..1) of the first `used` rays of a traced bundle; `footprint` metres of surface a pixel.
void light_bundle(const Picture *picture, const Bundle *rays, const Surface *surfaces, const float *footprint, int used, Vec3 *colour);
