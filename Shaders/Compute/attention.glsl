// What both attention kernels know of queries and keys: where they lie, and what geometry adds to a logit.
PARAMETERS(4)
READS(rays, 5, false)
READS(points, 6, false)
READS(centres, 7, false)

layout(push_constant) uniform Push {
  // Queries are divided into groups of `groupRows`, groups into blocks; each group has `ranges` pairs of words.
  uint groupRows, blocks, ranges, rangeWord, channels, rowsPerCentre, geometryWord;
  float scale;
} p;

const float LOWEST = -3.4e38;

vec4 triple(uint row, uint which) {
  uint e = row * 3u;
  if (which == 0u) return vec4(raysAt(e), raysAt(e + 1u), raysAt(e + 2u), 0.0);
  if (which == 1u) return vec4(pointsAt(e), pointsAt(e + 1u), pointsAt(e + 2u), 0.0);
  return vec4(centresAt(e), centresAt(e + 1u), centresAt(e + 2u), 0.0);
}

// What geometry adds to a logit: see `GeometryBias`.
float geometryBias(vec3 ray, vec3 offset) {
  float distance2 = dot(offset, offset);
  // Beyond the distance that marks a key without a place, squared.
  if (dot(ray, ray) == 0.0 || !(distance2 < 1e34)) return 0.0;
  float cosine = distance2 > 0.0 ? clamp(dot(ray, offset) * inversesqrt(distance2), -1.0, 1.0) : 0.0;
  if (cosine > 0.0) cosine *= parameterReal(p.geometryWord);
  return log(cosine + 1.0 + 1e-6);
}
