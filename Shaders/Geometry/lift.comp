#version 450
#extension GL_GOOGLE_include_directive : require
#include "Geometry/geometry.glsl"
// Depth samples to metres, spacing and slopes, with the ramps between surfaces resolved: DepthLift on the device.
layout(local_size_x = 16, local_size_y = 8) in;

layout(std430, binding = 0) readonly buffer P { Parameters p; };
layout(std430, binding = 1) readonly buffer Samples { uint samples[]; };  // two 16-bit samples a word, rows packed
layout(std430, binding = 2) readonly buffer Rays { vec4 rays[]; };        // direction, pixel angle
layout(std430, binding = 3) writeonly buffer Lifted { vec4 lifted[]; };   // metres, spacing, steepness across and down

float measured(ivec2 at) {
  if (any(lessThan(at, ivec2(0))) || at.x >= int(p.grid.x) || at.y >= int(p.grid.y)) return 0.0;
  if (p.various.y > 0.0) {
    float axial = rays[at.y * int(p.grid.x) + at.x].z;
    return p.grid.w == 0u ? p.various.y : p.various.y / max(axial, 0.05);
  }
  uvec2 pixel = uvec2(at) * p.grid.z + p.grid.z / 2u;
  uint i = pixel.y * p.sampling.z + pixel.x;
  uint value = (samples[i >> 1] >> ((i & 1u) * 16u)) & 0xFFFFu;
  return value == 0u || value == p.sampling.y || value == 0xFFFFu ? 0.0 : float(value) * p.surface.w;
}

struct Slope {
  float change;
  float course;
  bool isRamp;
  float side;
  bool isFarSide;
  bool isAlone;
};

Slope slope(float a, float b, float here, float c, float d) {
  float limit = p.tolerance.w * here;
  float before = abs(here - b);
  float after = abs(c - here);
  bool canBefore = b > 0.0 && before < limit;
  bool canAfter = c > 0.0 && after < limit;
  float least = min(b > 0.0 ? b : here, c > 0.0 ? c : here);
  bool isFarSide = here - least > p.surface.x * here;
  bool isKnown = a > 0.0 && b > 0.0 && c > 0.0 && d > 0.0;
  bool isBroken = false;
  if (isKnown && abs(d - a) > 2.0 * limit) {
    float inner = 1.0 / c - 1.0 / b;
    float outer = 1.0 / d - 1.0 / a;
    isBroken = !(abs(outer - 2.0 * inner) < 0.35 * abs(outer));
  }
  float side = abs(a - here) < abs(d - here) ? a : d;
  bool isRamp = isBroken && abs(side - here) > 0.25 * limit;
  bool isOne = canBefore && canAfter && !isBroken;
  float even = isOne && (here - b) * (c - here) > 0.0 ? min(before, after) : 0.0;
  float change = isOne ? max(even, min(max(before, after), p.various.z * here)) : 0.0;
  bool isFive = isOne && a > 0.0 && d > 0.0 && abs(a - b) < limit && abs(d - c) < limit;
  float course = isFive ? ((d - a) * 2.0 + (c - b)) * 0.1 : c < b ? -even : even;
  return Slope(change, course, isRamp, side, isFarSide, !canBefore && !canAfter);
}

void main() {
  ivec2 at = ivec2(gl_GlobalInvocationID.xy);
  if (at.x >= int(p.grid.x) || at.y >= int(p.grid.y)) return;
  int i = at.y * int(p.grid.x) + at.x;
  vec4 ray = rays[i];
  float here = measured(at);
  Slope across = slope(
      measured(at - ivec2(2, 0)), measured(at - ivec2(1, 0)), here, measured(at + ivec2(1, 0)), measured(at + ivec2(2, 0)));
  Slope down = slope(
      measured(at - ivec2(0, 2)), measured(at - ivec2(0, 1)), here, measured(at + ivec2(0, 1)), measured(at + ivec2(0, 2)));
  bool isKept = here > 0.0 && ray.z != 0.0 && !across.isFarSide && !down.isFarSide && !(across.isAlone && down.isAlone);
  float z = across.isRamp ? across.side : down.isRamp ? down.side : here;
  float kept = isKept ? z : 0.0;
  float angle = ray.w * kept;
  float steep = max(across.change, down.change);
  float reach = sqrt(angle * angle + dot(ray.xyz, ray.xyz) * steep * steep);
  float square = across.course * across.course + down.course * down.course + 1e-20;
  float room = (p.surface.y * p.surface.y - 1.0) * angle * angle / ((dot(ray.xyz, ray.xyz) + 1e-20) * square);
  float share = sqrt(min(room, 1.0));
  lifted[i] = vec4(kept, min(reach, angle * p.surface.y), across.course * share, down.course * share);
}
