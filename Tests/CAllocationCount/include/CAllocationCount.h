#pragma once
// How often this thread has asked the C library for memory so far.
unsigned long ego_allocation_count(void);
