// Cooperative matrices: what a device multiplies at once, and how halves come to them.
//
// Written for GL_NV_cooperative_matrix, the one that Debian 12's glslc knows; the build turns it into
// SPV_KHR_cooperative_matrix, so each side of a product needs dimensions of its own: see Sources/SPIRVRewriting. The
// including shader has the extensions that cooperative_matmul.comp has.
layout(local_size_x_id = 0) in;
// ROWS × DEPTH by DEPTH × COLUMNS. Multiples of 8.
layout(constant_id = 21) const uint ROWS = 16;
layout(constant_id = 22) const uint COLUMNS = 16;
layout(constant_id = 23) const uint DEPTH = 16;
layout(constant_id = 24) const uint SUBGROUP_SIZE = 32;

#define LEFT_MATRIX fcoopmatNV<16, gl_ScopeSubgroup, ROWS, DEPTH>
#define RIGHT_MATRIX fcoopmatNV<16, gl_ScopeSubgroup, DEPTH, COLUMNS>
#define SUM_MATRIX fcoopmatNV<32, gl_ScopeSubgroup, ROWS, COLUMNS>

// Eight halves from anywhere, zeros after `count` of them; only for tensors of halves.
#define HALVES(name) \
  uvec4 name##Halves(uint element, uint count) { \
    if ((element & 7u) == 0u && count >= 8u) return name[element >> 3]; \
    uvec4 words = uvec4(0u); \
    [[unroll]] for (uint i = 0u; i < 8u; i++) { \
      uint at = element + i; \
      uint bits = i < count ? name[at >> 3][(at >> 1) & 3u] >> ((at & 1u) * 16u) & 0xFFFFu : 0u; \
      words[i >> 1] |= bits << ((i & 1u) * 16u); \
    } \
    return words; \
  }

// What a subgroup's threads wrote to shared memory becomes theirs to read.
void subgroupExchange() {
  controlBarrier(gl_ScopeSubgroup, gl_ScopeSubgroup, gl_StorageSemanticsShared, gl_SemanticsAcquireRelease);
}
