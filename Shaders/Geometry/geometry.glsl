// What the geometry kernels share: parameters, lens, map. The arithmetic is that of Sources/Geometry, step by step, so
// that both backends draw the same picture.

// A pose and a lens; see FastLens and Projector.
struct Projector {
  vec4 row0, row1, row2;   // worldToCamera, translation in w
  vec4 columns;            // upright pixels per image-plane unit: x column, y column
  vec4 offset;             // principal point x, y; polynomial's middle, stretch
  vec4 bend;               // tangential x, y; minimum cosine; 1 for a pinhole
  vec4 prism;
  vec4 k0, k1, k2;         // polynomial, lowest power first
  vec4 size;               // picture width, height
};

struct Parameters {
  Projector exo;
  Projector ego;
  vec4 exoToWorld0, exoToWorld1, exoToWorld2;
  vec4 tolerance;  // absolute, relative, colour change (8-bit steps), edge jump
  vec4 surface;    // far jump, longest stretch, voxel size, metres per depth unit
  vec4 splat;      // nearest, overlap, smallest radius, largest radius
  vec4 various;    // blend depth, assumed metres (0: none), quantisation, finest ellipse's square
  uvec4 map;       // frame, capacity, confirmations, foreground confirmations
  uvec4 grid;      // width, height, step, 1 where depth is along the ray
  uvec4 sampling;  // longest mean, invalid sample, exo width, exo height
};

const uint NO_SLOT = 0xFFFFFFFFu;
const uint FOREGROUND = 0x8000u;
const uint BEHIND = 1u;
const uint FRESH = 2u;

// The map's counters; `ages` counts points by how long they went unseen.
#define COUNTERS(number) layout(std430, binding = number) buffer Counters { \
  int freeCount; uint highWater; uint needed; uint cut; uint refused; uint evicted; uint ages[33]; }

struct Hit {
  vec2 pixel;
  float z;
  float distance;
  float cosine;
};

vec3 turned(const Projector p, vec3 v) { return vec3(dot(p.row0.xyz, v), dot(p.row1.xyz, v), dot(p.row2.xyz, v)); }

vec3 toCamera(const Projector p, vec3 world) { return turned(p, world) + vec3(p.row0.w, p.row1.w, p.row2.w); }

// How far from the middle the lens shows what lies off its axis, over the sine of the angle, and how that changes with the cosine.
float lensScale(const Projector p, float cosine, out float slope) {
  if (p.bend.w != 0.0) {
    float scale = 1.0 / cosine;
    slope = -scale * scale;
    return scale;
  }
  float t = (cosine - p.offset.z) * p.offset.w;
  float k[10] = float[](p.k0.x, p.k0.y, p.k0.z, p.k0.w, p.k1.x, p.k1.y, p.k1.z, p.k1.w, p.k2.x, p.k2.y);
  float s = p.k2.z;
  slope = 0.0;
  for (int i = 9; i >= 0; i--) {
    slope = slope * t + s;
    s = s * t + k[i];
  }
  slope *= p.offset.w;
  return s;
}

Hit project(const Projector p, vec3 world) {
  vec3 c = toCamera(p, world);
  float distance = sqrt(dot(c, c) + 1e-12);
  float inverse = 1.0 / distance;
  float cosine = c.z * inverse;
  float slope;
  vec2 q = c.xy * inverse * lensScale(p, cosine, slope);
  if (p.bend.w == 0.0) {
    float r = dot(q, q);
    float across = 2.0 * dot(q, p.bend.xy);
    q = q + across * q + r * p.bend.xy + vec2((p.prism.x + p.prism.y * r) * r, (p.prism.z + p.prism.w * r) * r);
  }
  return Hit(p.offset.xy + q.x * p.columns.xy + q.y * p.columns.zw, c.z, distance, cosine);
}

// What the pictures of two world vectors at a point span, in square pixels: see geometry_span in Sources/CGeometryKernels.
vec3 span(const Projector p, vec3 world, vec3 across, vec3 down) {
  vec3 c = toCamera(p, world);
  float inverse = 1.0 / sqrt(dot(c, c) + 1e-12);
  vec3 ray = c * inverse;
  float slope;
  float scale = lensScale(p, ray.z, slope);
  vec3 sum = vec3(0.0);
  for (int i = 0; i < 2; i++) {
    vec3 d = turned(p, i == 0 ? across : down) * inverse;
    float along = dot(d, ray);
    vec2 q = scale * (d.xy - ray.xy * along) + ray.xy * (slope * (d.z - ray.z * along));
    vec2 pixels = q.x * p.columns.xy + q.y * p.columns.zw;
    sum += vec3(pixels.x * pixels.x, pixels.x * pixels.y, pixels.y * pixels.y);
  }
  return sum;
}

bool isConfirmed(uint seen, uvec4 map) {
  return (seen & FOREGROUND) == 0u ? seen >= map.z : (seen & ~FOREGROUND) >= map.w;
}

// A point's colour in 8.8 fixed point and how often it was seen: x = red | green << 16, y = blue | seen << 16.
uint seenCount(uvec2 colour) { return colour.y >> 16; }
