#version 450
// One level of push-pull downwards: what is not known of a pixel comes from the coarser level, bilinearly.
layout(local_size_x = 16, local_size_y = 8) in;

layout(std430, binding = 0) buffer Levels { vec4 levels[]; };
layout(push_constant) uniform Push { ivec2 fine; ivec2 coarse; int fineStart; int coarseStart; };

vec4 coarseAt(int x, int y) { return levels[coarseStart + y * coarse.x + x]; }

void main() {
  ivec2 at = ivec2(gl_GlobalInvocationID.xy);
  if (at.x >= fine.x || at.y >= fine.y) return;
  int i = fineStart + at.y * fine.x + at.x;
  vec4 known = levels[i];
  if (known.w >= 1.0) return;
  // Pixel centres at half steps: three parts of the near one, one of the next.
  ivec2 near = at / 2;
  ivec2 next = clamp(near + (at & 1) * 2 - 1, ivec2(0), coarse - 1);
  vec4 inner = 0.75 * coarseAt(near.x, near.y) + 0.25 * coarseAt(next.x, near.y);
  vec4 outer = 0.75 * coarseAt(near.x, next.y) + 0.25 * coarseAt(next.x, next.y);
  vec4 mixed = 0.75 * inner + 0.25 * outer;
  levels[i] = vec4(known.xyz * known.w + (1.0 - known.w) * mixed.xyz, 1.0);
}
