"""Memory that PyTorch frees stays with the process.

glibc hands large blocks back to the system at once and is given them anew, as zeros, a moment later: streaming a model on a
processor spends half of its time there.
"""

import ctypes

M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # malloc.h


def keep():
    """From now on, where the C library is glibc; elsewhere nothing happens."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_MAX, 0)
        mallopt(M_TRIM_THRESHOLD, 2**31 - 1)
