#pragma once
// How often this thread has asked the C library for memory so far.
unsigned long ego_allocation_count(void);
// How many of these were for memory at an alignment of its own, as every buffer is.
unsigned long ego_aligned_allocation_count(void);
