#version 450
// One level of push-pull upwards: colours averaged by how much of each is known.
layout(local_size_x = 16, local_size_y = 8) in;

layout(std430, binding = 0) buffer Levels { vec4 levels[]; };
layout(push_constant) uniform Push { ivec2 fine; ivec2 coarse; int fineStart; int coarseStart; };

vec4 weighted(int x, int y) {
  if (x >= fine.x || y >= fine.y) return vec4(0.0);
  vec4 c = levels[fineStart + y * fine.x + x];
  return vec4(c.xyz * c.w, c.w);
}

void main() {
  ivec2 at = ivec2(gl_GlobalInvocationID.xy);
  if (at.x >= coarse.x || at.y >= coarse.y) return;
  ivec2 f = 2 * at;
  vec4 sum = weighted(f.x, f.y) + weighted(f.x + 1, f.y) + weighted(f.x, f.y + 1) + weighted(f.x + 1, f.y + 1);
  levels[coarseStart + at.y * coarse.x + at.x] = sum.w > 0.0 ? vec4(sum.xyz / sum.w, 0.25 * sum.w) : vec4(0.0);
}
