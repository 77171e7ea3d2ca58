#version 450
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_EXT_shader_16bit_storage : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_NV_cooperative_matrix : require
// One product of cooperative matrices, straight from memory: the least that has each of their instructions.
layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint ROWS = 16;
layout(constant_id = 2) const uint COLUMNS = 16;
layout(constant_id = 3) const uint DEPTH = 16;
layout(std430, binding = 0) readonly buffer Left { float16_t left[]; };
layout(std430, binding = 1) readonly buffer Right { float16_t right[]; };
layout(std430, binding = 2) writeonly buffer Result { float result[]; };

void main() {
  fcoopmatNV<16, gl_ScopeSubgroup, ROWS, DEPTH> a;
  fcoopmatNV<16, gl_ScopeSubgroup, DEPTH, COLUMNS> b;
  coopMatLoadNV(a, left, 0u, DEPTH, false);
  coopMatLoadNV(b, right, 0u, DEPTH, true);
  fcoopmatNV<32, gl_ScopeSubgroup, ROWS, COLUMNS> sums = fcoopmatNV<32, gl_ScopeSubgroup, ROWS, COLUMNS>(0.0);
  sums = coopMatMulAddNV(a, b, sums);
  coopMatStoreNV(sums, result, 0u, COLUMNS, false);
}
