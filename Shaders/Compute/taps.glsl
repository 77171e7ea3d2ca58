// Which pixels a convolution's taps read, for the rows of a tile: each an output pixel. Needs TILE_ROWS.
layout(constant_id = 18) const uint SIZE = 3;
layout(constant_id = 19) const uint STRIDE = 1;
layout(constant_id = 20) const uint CHANNELS = 4;
const uint TAPS = SIZE * SIZE;

layout(push_constant) uniform Push {
  uint frames, height, width, outHeight, outWidth, columns, rowsPerGate;
} p;

// For each row of the tile: the frame's first pixel, and the place of the first tap; -1 as frame where there is no row.
shared ivec4 places[TILE_ROWS];

void findPlaces(uint firstRow, uint rows) {
  for (uint i = gl_LocalInvocationID.x; i < TILE_ROWS; i += gl_WorkGroupSize.x) {
    uint row = firstRow + i;
    uint frame = row / (p.outHeight * p.outWidth), at = row % (p.outHeight * p.outWidth);
    int reach = int(SIZE / 2u);
    places[i] = ivec4(
      row < rows ? int(frame * p.height * p.width) : -1, int(at / p.outWidth * STRIDE) - reach,
      int(at % p.outWidth * STRIDE) - reach, 0);
  }
}

// Which pixel a tap reads; -1 outside.
int pixel(ivec4 place, uint tap) {
  int y = place.y + int(tap / SIZE), x = place.z + int(tap % SIZE);
  bool isInside = place.x >= 0 && y >= 0 && x >= 0 && y < int(p.height) && x < int(p.width);
  return isInside ? place.x + y * int(p.width) + x : -1;
}
