#version 450
// y = a·x + y: the smallest kernel that uses every kind of input. Invocations stride over the whole
// grid, so that any dispatch size gives the right answer.
layout(local_size_x_id = 0) in;
layout(constant_id = 1) const float SCALE = 1.0;

layout(std430, binding = 0) readonly buffer X { float x[]; };
layout(std430, binding = 1) buffer Y { float y[]; };
layout(std140, binding = 2) uniform Parameters { float a; };
layout(push_constant) uniform Push { uint count; };

void main() {
  uint step = gl_NumWorkGroups.x * gl_WorkGroupSize.x;
  for (uint i = gl_GlobalInvocationID.x; i < count; i += step) y[i] = SCALE * a * x[i] + y[i];
}
