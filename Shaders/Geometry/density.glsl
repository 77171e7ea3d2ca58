// How densely pixels become points; needs `p` and `lifted`.

// How many pixels a voxel spans at this pixel, 1...8.
int blockSide(float spacing) {
  if (!(spacing * 2.0 <= p.surface.z)) return 1;
  return int(min(p.surface.z / max(spacing, 1e-6), 8.0));
}

// Half the way to the points around, over the way from one pixel to the next, once the surface is thinned to one point a voxel.
float sideShare(float spacing) { return 0.25 * float(3 * blockSide(spacing) - 1); }
