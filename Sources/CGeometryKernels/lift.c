#include "geometry_kernels.h"
#include "vectors.h"

// Eight pixels' course of depth along one axis.
typedef struct {
  float8 change, course, side;
  int8 ramp, far_side, alone;
} Slope;

// `a`, `b`, `c` and `d` are the depths two before, one before, one after and two after `here`.
#define SLOPE(result, a, b, here, c, d) do { \
    float8 a_ = (a), b_ = (b), c_ = (c), d_ = (d); \
    float8 limit_ = p.edge_jump * here; \
    float8 before_ = ABS8(here - b_), after_ = ABS8(c_ - here); \
    int8 can_before_ = (b_ > 0.0f) & (before_ < limit_), can_after_ = (c_ > 0.0f) & (after_ < limit_); \
    float8 least_ = MIN8(SELECT8(b_ > 0.0f, b_, here), SELECT8(c_ > 0.0f, c_, here)); \
    (result).far_side = here - least_ > p.far_jump * here; \
    /* Linear in inverse depth over five pixels: a surface seen at a slant, not a ramp. */ \
    float8 inner_ = 1.0f / c_ - 1.0f / b_, outer_ = 1.0f / d_ - 1.0f / a_; \
    int8 linear_ = ABS8(outer_ - 2.0f * inner_) < 0.35f * ABS8(outer_); \
    int8 known_ = (a_ > 0.0f) & (b_ > 0.0f) & (c_ > 0.0f) & (d_ > 0.0f); \
    int8 broken_ = known_ & (ABS8(d_ - a_) > 2.0f * limit_) & ~linear_; \
    (result).side = SELECT8(ABS8(a_ - here) < ABS8(d_ - here), a_, d_); \
    (result).ramp = broken_ & (ABS8((result).side - here) > 0.25f * limit_); \
    /* The gentler side, and flat where the sides disagree: a slanted surface is even, the foot of a jump is not. Small \
       steps count whole: they are the sensor's own quantisation, and would show as cracks. */ \
    int8 one_ = can_before_ & can_after_ & ~broken_; \
    int8 even_ = one_ & ((here - b_) * (c_ - here) > 0.0f); \
    float8 gentle_ = SELECT8(even_, MIN8(before_, after_), (float8){}); \
    float8 step_ = MIN8(MAX8(before_, after_), p.quantisation * here); \
    (result).change = MAX8(gentle_, SELECT8(one_, step_, (float8){})); \
    /* The slope of the line through all five, where they are one surface; of the two beside where those are even. */ \
    int8 five_ = one_ & (a_ > 0.0f) & (d_ > 0.0f) & (ABS8(a_ - b_) < limit_) & (ABS8(d_ - c_) < limit_); \
    float8 near_ = SELECT8(c_ < b_, -gentle_, gentle_); \
    (result).course = SELECT8(five_, ((d_ - a_) * 2.0f + (c_ - b_)) * 0.1f, near_); \
    (result).alone = ~can_before_ & ~can_after_; \
  } while (0)

FOR_SEVERAL_PROCESSORS
void geometry_lift(const GeometryLiftPolicy *policy, const float *measured, ptrdiff_t pitch, const float *ray_x,
                   const float *ray_y, const float *ray_z, const float *pixel_angle, size_t width, float *depth,
                   float *spacing, float *across_steep, float *down_steep) {
  const GeometryLiftPolicy p = *policy;
  for (size_t i = 0; i < width; i += 8) {
    const float *at = measured + i;
    float8 here = LOAD8(at);
    Slope across, down;
    SLOPE(across, LOAD8(at - 2), LOAD8(at - 1), here, LOAD8(at + 1), LOAD8(at + 2));
    SLOPE(down, LOAD8(at - 2 * pitch), LOAD8(at - pitch), here, LOAD8(at + pitch), LOAD8(at + 2 * pitch));
    float8 x = LOAD8(ray_x + i), y = LOAD8(ray_y + i), axial = LOAD8(ray_z + i);
    int8 kept = (here > 0.0f) & (axial != 0.0f) & ~across.far_side & ~down.far_side & ~(across.alone & down.alone);
    float8 side = SELECT8(across.ramp, across.side, SELECT8(down.ramp, down.side, here));
    float8 z = SELECT8(kept, side, (float8){});
    float8 angle = LOAD8(pixel_angle + i) * z;
    float8 steep = MAX8(across.change, down.change);
    float8 reach = SQRT8(angle * angle + (x * x + y * y + axial * axial) * steep * steep);
    float8 gap = MIN8(reach, angle * p.longest_stretch);
    // The same limit for the steepest way, which lies between both.
    float8 square = across.course * across.course + down.course * down.course + 1e-20f;
    float8 room = (p.longest_stretch * p.longest_stretch - 1.0f) * angle * angle / ((x * x + y * y + axial * axial + 1e-20f) * square);
    float8 share = SQRT8(MIN8(room, SPLAT8(1.0f)));
    float8 right = across.course * share, below = down.course * share;
    // The last eight may reach into the next row, which perhaps another core is writing.
    if (width - i >= 8) {
      STORE8(depth + i, z);
      STORE8(spacing + i, gap);
      STORE8(across_steep + i, right);
      STORE8(down_steep + i, below);
    } else {
      memcpy(depth + i, &z, (width - i) * sizeof(float));
      memcpy(spacing + i, &gap, (width - i) * sizeof(float));
      memcpy(across_steep + i, &right, (width - i) * sizeof(float));
      memcpy(down_steep + i, &below, (width - i) * sizeof(float));
    }
  }
}
