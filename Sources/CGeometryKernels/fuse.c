#include "geometry_kernels.h"
#include "vectors.h"

// A vector of the camera's axes along one of the world's.
#define TURNED(row, x, y, z) (f.rows[row][0] * (x) + f.rows[row][1] * (y) + f.rows[row][2] * (z))

// A column of the rays, `stride` pixels on and back; 0 beyond the frame.
#define NEXT8(column) (is_last ? (float8){} : LOAD8((column) + i + stride))
#define LAST8(column) ({ \
    float8 last_ = {}; \
    if (i >= stride) memcpy(&last_, (column) + i - stride, sizeof last_); \
    else if (!downwards) memcpy((float *)&last_ + 1, (column), 7 * sizeof(float)); \
    last_; })

// From the pixels' rays to the next ones', or from the last ones' where there are none.
#define STEP8(here, next, last) SELECT8(onward, (next) - (here), SELECT8(backward, (here) - (last), (float8){}))

// Moves a column of the map by a share of the way to other values; where something new stands, all the way.
#define MOVE8(column, to, share, mask, follow) do { \
    float8 was_ = GATHER8(float8, column, slot, follow), to_ = (to); \
    SCATTER8(column, slot, follow, mask, SELECT8(anew, to_, was_ + (share) * (to_ - was_))); \
  } while (0)

FOR_SEVERAL_PROCESSORS
size_t geometry_fuse(const GeometryFrame *frame, const GeometryPoints *points, const GeometryFusePolicy *policy,
                     const uint32_t *agreeing, size_t row, int32_t with_sides, uint32_t *fresh) {
  const GeometryFrame f = *frame;
  const GeometryPoints m = *points;
  const GeometryFusePolicy p = *policy;
  size_t count = 0;
  for (size_t column = 0; column < f.width; column += 8) {
    const size_t i = row * f.width + column;
    const int32_t last = (int32_t)(f.width - column < 8 ? f.width - column : 8) - 1;
    float8 depth = LOAD8(f.depth + i);
    uint8 slot;
    memcpy(&slot, agreeing + i, sizeof slot);
    int8 seen = (depth > 0.0f) & (lanes8 <= last);
    int8 agrees = seen & (int8)(slot != UINT32_MAX);
    int8 differs = seen & ~agrees;
    if (ANY8(differs)) {
      for (int k = 0; k < 8; k++) {
        if (differs[k]) fresh[count++] = (uint32_t)(i + (size_t)k);
      }
    }
    if (!ANY8(agrees)) continue;
    slot &= (uint8)agrees;
    const int follow = ALL8(agrees) && FOLLOW8(slot);

    // Colours: 8.8 fixed point; `times` is how often the point was seen.
    const uint8_t *samples = f.colours + row * f.row_bytes + column * f.pixel_bytes;
    int8 sample, low, high;
    for (int k = 0; k < 8; k++) {
      int32_t now, both[2];
      memcpy(&now, samples + (size_t)(k < last ? k : last) * f.pixel_bytes, sizeof now);
      memcpy(both, m.colours + 4 * (size_t)slot[k], sizeof both);
      sample[k] = now;
      low[k] = both[0];
      high[k] = both[1];
    }
    int8 red = (sample & 0xFF) << 8, green = sample & 0xFF00, blue = (sample >> 8) & 0xFF00;
    int8 old_red = low & 0xFFFF, old_green = (low >> 16) & 0xFFFF, old_blue = high & 0xFFFF;
    int8 flag = high & (int32_t)0x80000000, times = (high >> 16) & 0x7FFF;
    int8 more_red = red - old_red, more_green = green - old_green, more_blue = blue - old_blue;
    int8 change = MAX8(MAX8(ABS8(more_red), ABS8(more_green)), ABS8(more_blue));
    // Something else stands here now: it starts anew.
    int8 anew = agrees & (change > p.colour_change * 256);
    int8 weight = MIN8(times + 1, (int8){} + p.longest_mean);
    int8 reciprocal;
    for (int k = 0; k < 8; k++) reciprocal[k] = p.reciprocals[weight[k]];
    // |difference| <= 40 * 256 and the reciprocal <= 65536: the product fits 32 bits, where it counts.
    red = SELECT_WHOLE8(anew, red, old_red + ((int8)((uint8)more_red * (uint8)reciprocal) >> 16));
    green = SELECT_WHOLE8(anew, green, old_green + ((int8)((uint8)more_green * (uint8)reciprocal) >> 16));
    blue = SELECT_WHOLE8(anew, blue, old_blue + ((int8)((uint8)more_blue * (uint8)reciprocal) >> 16));
    times = SELECT_WHOLE8(anew, (int8){} + 1, MIN8(times + 1, (int8){} + 0x7FFF));
    int8 first = (red & 0xFFFF) | (green << 16), second = (blue & 0xFFFF) | (times << 16) | flag;
    for (int k = 0; k < 8; k++) {
      if (!agrees[k]) continue;
      const int32_t both[2] = {first[k], second[k]};
      memcpy(m.colours + 4 * (size_t)slot[k], both, sizeof both);
    }

    // Noise (up to half the tolerance) is averaged away, a step is followed: a point must not hover between a hand and the
    // table it lay on.
    float8 rx = LOAD8(f.rays.x + i), ry = LOAD8(f.rays.y + i), rz = LOAD8(f.rays.z + i);
    float8 cx = rx * depth, cy = ry * depth, cz = rz * depth;
    float8 x = TURNED(0, cx, cy, cz) + f.rows[0][3];
    float8 y = TURNED(1, cx, cy, cz) + f.rows[1][3];
    float8 z = TURNED(2, cx, cy, cz) + f.rows[2][3];
    float8 dx = x - GATHER8(float8, m.x, slot, follow);
    float8 dy = y - GATHER8(float8, m.y, slot, follow);
    float8 dz = z - GATHER8(float8, m.z, slot, follow);
    float8 tolerance = p.absolute_tolerance + p.relative_tolerance * depth;
    float8 way = SQRT8(dx * dx + dy * dy + dz * dz);
    float8 share = FLOAT8(reciprocal) * (1.0f / 65536.0f);
    share = MAX8(share, MIN8(2.0f * way / tolerance - 1.0f, SPLAT8(1.0f)));
    MOVE8(m.x, x, share, agrees, follow);
    MOVE8(m.y, y, share, agrees, follow);
    MOVE8(m.z, z, share, agrees, follow);

    // The sides hardly change: every fourth frame, by as much as in four.
    int8 moves = with_sides ? agrees : anew;
    if (!ANY8(moves)) continue;
    const int at_once = follow && with_sides;
    float8 gap = LOAD8(f.spacing + i);
    float8 fitting = MIN8(p.voxel_size / MAX8(gap, SPLAT8(1e-6f)), SPLAT8(8.0f));
    int8 block = SELECT_WHOLE8(gap * 2.0f <= p.voxel_size, WHOLE8(fitting), (int8){} + 1);
    float8 half = 0.25f * FLOAT8(3 * block - 1);
    share = MIN8(4.0f * share, SPLAT8(1.0f));
    for (int downwards = 0; downwards < 2; downwards++) {
      const size_t stride = downwards ? f.width : 1;
      const int is_last = downwards && row + 1 == f.height;
      float8 steep = LOAD8((downwards ? f.down_steep : f.across_steep) + i);
      float8 ahead = NEXT8(f.rays.z), back = LAST8(f.rays.z);
      int8 onward = (ahead != 0.0f) & (downwards ? ~(int8){} : lanes8 < (int32_t)(f.width - column) - 1);
      int8 backward = (back != 0.0f) & (downwards ? ~(int8){} : lanes8 > -(int32_t)column);
      float8 sx = half * (depth * STEP8(rx, NEXT8(f.rays.x), LAST8(f.rays.x)) + steep * rx);
      float8 sy = half * (depth * STEP8(ry, NEXT8(f.rays.y), LAST8(f.rays.y)) + steep * ry);
      float8 sz = half * (depth * STEP8(rz, ahead, back) + steep * rz);
      MOVE8(downwards ? m.down_x : m.across_x, TURNED(0, sx, sy, sz), share, moves, at_once);
      MOVE8(downwards ? m.down_y : m.across_y, TURNED(1, sx, sy, sz), share, moves, at_once);
      MOVE8(downwards ? m.down_z : m.across_z, TURNED(2, sx, sy, sz), share, moves, at_once);
    }
  }
  return count;
}
