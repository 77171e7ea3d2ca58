// Rays that are worked on together: loops over them are what the compiler turns into vector instructions.
#pragma once

#include "scene.h"

enum { BUNDLE = 64 };

typedef struct {
  float origin_x[BUNDLE], origin_y[BUNDLE], origin_z[BUNDLE];
  float x[BUNDLE], y[BUNDLE], z[BUNDLE];  // unit directions
  float distance[BUNDLE];                 // to the nearest hit so far
  int32_t hit[BUNDLE];                    // primitive, or -1
} Bundle;

// Shortens `distance` and sets `hit` where the primitive is nearer.
void intersect_primitive(Bundle *restrict rays, const Primitive *primitive, int32_t index);

// Where rays from inside leave the room: sets `distance` and the face.
void leave_room(Bundle *restrict rays, const Room *room, int32_t *restrict face);
