// Takes the place of the C library's allocator entry points in the program that this is linked into, and counts.
#include "CAllocationCount.h"

#include <errno.h>
#include <stddef.h>

// Tests run side by side: what other threads do is not counted. This model of storage needs no memory of its own.
static _Thread_local unsigned long count __attribute__((tls_model("initial-exec")));
static _Thread_local unsigned long aligned_count __attribute__((tls_model("initial-exec")));

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

unsigned long ego_allocation_count(void) { return count; }
unsigned long ego_aligned_allocation_count(void) { return aligned_count; }

static void add(void) { count++; }
static void add_aligned(void) { count++, aligned_count++; }

void *malloc(size_t size) { return add(), __libc_malloc(size); }
void *calloc(size_t n, size_t size) { return add(), __libc_calloc(n, size); }
void *realloc(void *old, size_t size) { return add(), __libc_realloc(old, size); }
void *memalign(size_t alignment, size_t size) { return add_aligned(), __libc_memalign(alignment, size); }
void *aligned_alloc(size_t alignment, size_t size) { return add_aligned(), __libc_memalign(alignment, size); }
int posix_memalign(void **result, size_t alignment, size_t size) {
  add_aligned();
  void *memory = __libc_memalign(alignment, size);
  if (!memory) return ENOMEM;
  *result = memory;
  return 0;
}
