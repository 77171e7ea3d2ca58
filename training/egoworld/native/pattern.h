// Procedural colours.
#pragma once

#include "scene.h"

// The colour at local point `p` with surface coordinates (u, v), all metres, averaged over `footprint` metres.
Vec3 material_colour(const Material *m, Vec3 p, float u, float v, float footprint);
