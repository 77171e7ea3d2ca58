"""What users see of a model's pictures: composed with the prior by the engine itself, through its library (docs/decisions/050, 068).

The model's low band everywhere, the prior's detail as far as it was observed and as both low bands agree, elsewhere the
model's own with the detail of like places. What a frame finds is where the next begins, so the frames of a stream come in order.
"""

import ctypes

import numpy as np

from egoworld.errors import PriorRefused
from egoworld.product_prior import EngineObject


class _Composition(ctypes.Structure):
    _fields_ = [("picture", ctypes.c_void_p), ("coverage", ctypes.c_void_p), ("model", ctypes.c_void_p),
                ("model_width", ctypes.c_int32), ("model_height", ctypes.c_int32)]


class Composer(EngineObject):
    """One stream's composition; raises `PriorLibraryMissing` where libegoprior.so was not built.

        with Composer(width, height, widest_model) as composer:
            shown = composer.next(filled, coverage, model)
    """

    kind = "egocomposer"

    def __init__(self, width, height, widest_model):
        self._size = height, width
        super().__init__(width, height, widest_model)

    def next(self, filled, coverage, model):
        """uint8 [H, W, 3] of the filled prior [H, W, 3], its coverage [H, W] (255 observed) and the model's picture [h, w, 3].

        Raises `PriorRefused` where the sizes do not fit.
        """
        if filled.shape != (*self._size, 3) or coverage.shape != self._size or model.ndim != 3 or model.shape[2] != 3:
            raise PriorRefused(f"filled {filled.shape}, coverage {coverage.shape} and model {model.shape} do not fit {self._size}")
        shown, coverage, model = (np.ascontiguousarray(array, np.uint8) for array in (filled.copy(), coverage, model))
        frame = _Composition(shown.ctypes.data, coverage.ctypes.data, model.ctypes.data, model.shape[1], model.shape[0])
        self._do(self._library.egocomposer_compose, ctypes.byref(frame))
        return shown


def composed(filled, coverage, model, lens=None):
    """uint8 [T, H, W, 3] of a whole stream: filled prior [T, H, W, 3], coverage [T, H, W] (255 observed), the model's pictures
    [T, h, w, 3], all uint8; black where `lens` [H, W] is false, if given."""
    with Composer(coverage.shape[2], coverage.shape[1], model.shape[2]) as composer:
        made = np.stack([composer.next(*frame) for frame in zip(filled, coverage, model)])
    return made if lens is None else np.where(lens[..., None], made, 0).astype(np.uint8)
