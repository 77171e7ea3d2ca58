#pragma once

// The geometry's vector loops, in C for one reason: a function here is compiled for several generations of x86
// processors and the right one is taken at load time (target_clones), which Swift cannot say. Every clone rounds alike:
// no fused multiply-adds. Elsewhere than on x86-64 the compiler's baseline is used.

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// A pose and a lens; see FastLens and Projector in Sources/Geometry.
typedef struct {
  float rows[3][4];    // worldToCamera, translation last
  float columns[2][2]; // upright pixels per image-plane unit: x, y
  float offset[2];
  float middle, stretch;
  float tangential[2];
  float prism[4];
  float coefficients[11];
  int32_t is_pinhole;
} GeometryProjector;

// Where points fall, a column each.
typedef struct {
  float *u, *v;      // upright pixels
  float *z;          // metres along the axis
  float *distance;   // metres from the centre
  float *cosine;     // of the angle from the axis
} GeometryHits;

// Projects `count` world points; reads and writes in eights, so all columns need room up to the next multiple of 8.
void geometry_project(const GeometryProjector *projector, const float *x, const float *y, const float *z, size_t count,
                      GeometryHits hits);

// Vectors, a column each.
typedef struct {
  const float *x, *y, *z;
} GeometryVectors;

// The shape of ellipses, a column each: the symmetric 2x2 matrix whose square root stretches the unit circle to the ellipse.
typedef struct {
  float *uu, *uv, *vv;
} GeometryShapes;

// What the pictures of two world vectors at each point span, in square pixels: J a (J a)^T + J b (J b)^T, where J is the
// lens's derivative at the point, without what tangential and thin-prism distortion add to it. Eights as above.
void geometry_span(const GeometryProjector *projector, GeometryVectors points, GeometryVectors across, GeometryVectors down,
                   size_t count, GeometryShapes shapes);

// From SplatPolicy: how much shapes are enlarged, and between what the squares of their half axes are kept.
typedef struct {
  float enlarged, smallest, largest;
} GeometryEllipsePolicy;

// How far ellipses reach to either side, and the square of the longer half axis before it was kept; a column each.
typedef struct {
  float *width, *height, *square;
} GeometryReaches;

// Turns what geometry_span found into ellipses: of the pixels d from its middle with uu du du + 2 uv du dv + vv dv dv <= 1, in
// place of the shapes. Eights as above.
void geometry_ellipses(const GeometryEllipsePolicy *policy, size_t count, GeometryShapes shapes, GeometryReaches reaches);

// A point as the ego camera sees it: an ellipse of the pixels d from its middle with uu du du + 2 uv du dv + vv dv dv <= 1,
// which reaches `width` and `height` pixels to either side.
typedef struct {
  float u, v, width, height;
  float uu, uv, vv, distance;
  uint32_t slot;
} GeometrySplat;

// A band of rows that ellipses are drawn on. Rows are `pitch` floats apart, at least 8 more than `width`.
typedef struct {
  int32_t first_row, width, height, pitch;
  float *nearest;
  uint32_t *red, *green, *blue, *weight;
} GeometryCanvas;

// Lowers the nearest distance under each listed ellipse.
void geometry_cover(const GeometryCanvas *canvas, const GeometrySplat *splats, const uint32_t *list, size_t count);

// Adds each listed ellipse's colour, weighted towards its middle, where nothing nearer than distance · reach hides it.
// `colours` holds four 16-bit words a slot: red, green, blue in 8.8 fixed point, and one that is not used here.
void geometry_blend(const GeometryCanvas *canvas, const GeometrySplat *splats, const uint32_t *list, size_t count,
                    const uint16_t *colours, float reach);

// One row of a depth image: the thresholds of MapPolicy, and the row's columns.
typedef struct {
  float edge_jump, far_jump, longest_stretch, quantisation;
} GeometryLiftPolicy;

// Resolves one row: `measured` points at its first pixel in a padded image whose rows are `pitch` floats apart, with two
// rows and two columns of 0 around. Writes `width` depths, spacings and changes of depth from pixel to
// pixel (to the right, downwards; 0 where that is no surface), and reads in eights.
void geometry_lift(const GeometryLiftPolicy *policy, const float *measured, ptrdiff_t pitch, const float *ray_x,
                   const float *ray_y, const float *ray_z, const float *pixel_angle, size_t width, float *depth,
                   float *spacing, float *across_steep, float *down_steep);

// A new depth image of `width` x `height` pixels and its colours (R, G, B and a byte more a pixel), the camera that saw it, and
// the thresholds of MapPolicy.
typedef struct {
  const float *depth;
  const uint8_t *samples;
  size_t row_bytes, pixel_bytes;
  int32_t width, height, is_range;
  float to_grid; // depth pixels per picture pixel
  float picture_width, picture_height, minimum_cosine;
  float absolute_tolerance, relative_tolerance;
  int32_t colour_change;
  uint32_t confirmations, foreground_confirmations;
  uint32_t frame;
} GeometryComparison;

// Holds `count` points from slot `first` on, which fall on `hits`, against the image: `last_seen`, 0 for a free slot, becomes the
// frame where one agrees and 0 where it is dropped. `agreeing` keeps the lowest slot that agrees with a pixel, `behind` becomes 1
// where a confirmed point lies hidden. `colours` and `last_seen` begin at slot 0; reads in eights. Writes the dropped slots to
// `freed` and returns how many those are.
size_t geometry_compare(const GeometryComparison *comparison, GeometryHits hits, const uint16_t *colours, uint32_t *last_seen,
                        size_t first, size_t count, uint32_t *agreeing, uint8_t *behind, uint32_t *freed);

// An exo frame as it was lifted, a column each, `width` pixels a row. `rays` times a depth is the point in the camera's axes.
typedef struct {
  const float *depth, *spacing, *across_steep, *down_steep; // as geometry_lift writes them
  GeometryVectors rays;
  const uint8_t *colours; // R, G, B and a byte more of the first pixel
  size_t row_bytes, pixel_bytes;
  float rows[3][4]; // cameraToWorld, translation last
  size_t width, height;
} GeometryFrame;

// The map's points, a column each; colours as in geometry_blend, with how often a point was seen as the fourth word.
typedef struct {
  float *x, *y, *z;
  float *across_x, *across_y, *across_z;
  float *down_x, *down_y, *down_z;
  uint16_t *colours;
} GeometryPoints;

// From MapPolicy; `reciprocals` holds 65536 / n for n up to `longest_mean`.
typedef struct {
  float absolute_tolerance, relative_tolerance, voxel_size;
  int32_t colour_change, longest_mean;
  const int32_t *reciprocals;
} GeometryFusePolicy;

// Averages a row's pixels into the points that agree with them: `agreeing` names a slot a pixel of the frame, a slot for one pixel
// alone, or UINT32_MAX. `with_sides` has their sides follow too. Writes the pixels that no point agrees with to `fresh`, and
// returns how many those are. Reads in eights, the frame's columns too.
size_t geometry_fuse(const GeometryFrame *frame, const GeometryPoints *points, const GeometryFusePolicy *policy,
                     const uint32_t *agreeing, size_t row, int32_t with_sides, uint32_t *fresh);

#pragma clang assume_nonnull end
