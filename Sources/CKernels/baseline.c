// Vectors of 128 bits: any x86-64, any arm64.
#define W 4
#define PIXELS 6
#define NAME "baseline"
#define TABLE ego_kernels_baseline
#include "template/vector.h"
#include "template/table.h"
