// The engine's prior for programs that are not written in Swift: training pictures are made by the code that streams.
//
// One thread at a time per engine. Nothing here keeps a pointer after it returns. Where a call fails, `error` (if given)
// holds one line of UTF-8 saying what was wrong, cut to `error_capacity` bytes with the closing zero.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __clang__
#pragma clang assume_nonnull begin
#else
#define _Nullable
#endif

typedef struct EgoPrior EgoPrior;

typedef struct {
  int32_t map_capacity;     // points, 10,000 to 50,000,000
  float voxel_size_metres;  // points closer together are kept once; 0 keeps one a pixel
} EgoPriorSettings;

typedef struct {
  int32_t width, height;            // of the exo picture, as calibrated
  const uint8_t *rgb;               // height · width · 3, packed
  const uint16_t *_Nullable depth;  // height · width in the calibration's unit, 0 where not measured; or none at all
  const float *exo_world_to_camera; // 12 numbers: 3 rows of 4
  const float *ego_world_to_camera; // the same, of the ego sensor
} EgoPriorFrame;

typedef struct {
  int32_t width, height;        // of the upright ego picture, as calibrated
  uint8_t *_Nullable prior;     // height · width · 3: what is known, black elsewhere
  uint8_t *_Nullable coverage;  // height · width: 255 where something is known, else 0
  uint8_t *_Nullable filled;    // height · width · 3: the prior with its holes filled from coarser averages
} EgoPriorPictures;

// Builds an engine on the CPU for a calibration document (see docs/calibration.md). Its photometric profile is left out:
// pictures have the exo camera's look. NULL on failure.
EgoPrior *_Nullable egoprior_create(
    const char *calibration_json, size_t length, const EgoPriorSettings *settings, char *_Nullable error,
    size_t error_capacity);

// Fuses one frame into the map and draws what the ego camera sees of it. Returns 0, or -1 on failure (the map is then as
// it was, or holds the frame; the engine stays usable).
int32_t egoprior_push(
    EgoPrior *engine, const EgoPriorFrame *frame, const EgoPriorPictures *pictures, char *_Nullable error,
    size_t error_capacity);

// Forgets the scene, for the next clip of the same cameras.
void egoprior_forget(EgoPrior *engine);

void egoprior_destroy(EgoPrior *_Nullable engine);

#ifdef __clang__
#pragma clang assume_nonnull end
#endif

#ifdef __cplusplus
}
#endif
