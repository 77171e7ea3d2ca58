#pragma once
// How often this process has asked the C library for memory so far, by any thread.
unsigned long ego_allocation_count(void);
