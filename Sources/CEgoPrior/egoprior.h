// The engine's prior and its composition for programs that are not written in Swift: training's pictures are made, and a
// model's are judged, by the code that streams.
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

// Puts a model's pictures and priors together as the element shows them, the frames of a stream in order; without the ego
// camera's photometric profile.
typedef struct EgoComposer EgoComposer;

typedef struct {
  uint8_t *picture;                  // height · width · 3: in, the filled prior; out, what is shown
  const uint8_t *coverage;           // height · width: 255 where the prior was observed, else 0
  const uint8_t *model;              // model_height · model_width · 3: what the model made
  int32_t model_width, model_height;
} EgoComposition;

// Sides of 1 to 16,384 pixels. NULL on failure.
EgoComposer *_Nullable egocomposer_create(
    int32_t width, int32_t height, int32_t widest_model, char *_Nullable error, size_t error_capacity);

// Composes the next frame in place. Returns 0, or -1 on failure.
int32_t egocomposer_compose(
    EgoComposer *composer, const EgoComposition *frame, char *_Nullable error, size_t error_capacity);

void egocomposer_destroy(EgoComposer *_Nullable composer);

#ifdef __clang__
#pragma clang assume_nonnull end
#endif

#ifdef __cplusplus
}
#endif
