"""Errors a user can act on, each with its own name."""


class SampleError(Exception):
    """Base of everything `make_sample.py` reports as one line instead of a traceback."""


class FfmpegMissing(SampleError):
    """The `ffmpeg` program is not on PATH."""


class FfmpegFailed(SampleError):
    """`ffmpeg` stopped with an error; the message carries its last lines."""


class SizeNotUsable(SampleError):
    """The requested picture size cannot be encoded (odd, or too small to hold a scene), or is not that of the clips that are there."""


class FolderTooLarge(SampleError):
    """The written clip is larger than the limit that was asked for."""


class PriorLibraryMissing(SampleError):
    """libegoprior.so, the engine that draws priors, has not been built."""


class PriorRefused(SampleError):
    """The engine refused a calibration or a frame; the message is its own."""


class CompilerFailed(SampleError):
    """The ray-caster's C sources did not compile; the message carries the compiler's last lines."""
