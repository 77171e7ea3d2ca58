"""A five-fingered right hand of rounded cones, posed by how far it is curled (`hand_joints.py`)."""

import functools
from dataclasses import dataclass

import numpy as np

from .. import hand_joints
from ..hand_joints import FINGERS, finger_joints, thumb_joints
from .kinematics import hand_rotation

THUMB_AROUND = np.array([(0.020, 0.014, 0.012), (0.032, 0.024, 0.046), (0.026, 0.036, 0.076), (0.020, 0.054, 0.097)])
curl_around = functools.lru_cache(maxsize=256)(hand_joints.curl_around)

_ROOTS = np.array([(knuckle[0] * 0.55, 0.006, 0.0) for knuckle, *_ in FINGERS])
_KNUCKLES = np.array([finger[0] for finger in FINGERS])
_PHALANGE_RADII = np.array([np.linspace(finger[2], finger[3], 4) for finger in FINGERS])
_PALM_STARTS = np.array([(-0.022, 0.016, 0.008), (0.022, 0.018, 0.009), (-0.012, -0.012, 0.0), (0.012, -0.012, 0.0)])
_PALM_ENDS = np.array([(-0.028, 0.062, 0.006), (0.030, 0.060, 0.006), (-0.014, 0.020, 0.002), (0.014, 0.020, 0.002)])
_START_RADII = np.concatenate([np.full(4, 0.0148), (0.0150, 0.0165, 0.0200, 0.0200), _PHALANGE_RADII[:, :3].ravel(), (0.0172, 0.0125, 0.0108)])
_END_RADII = np.concatenate([np.full(4, 0.0122), (0.0112, 0.0112, 0.0185, 0.0185), _PHALANGE_RADII[:, 1:].ravel(), (0.0132, 0.0112, 0.0086)])


def hand_cones(curl, thumb):
    """(starts, ends, start radii, end radii) of a right hand's 23 cones. `thumb` 0 lies beside the palm, 1 reaches round."""
    fingers = finger_joints(curl)
    thumbs = thumb_joints(THUMB_AROUND, thumb)
    starts = np.concatenate([_ROOTS, _PALM_STARTS, fingers[:, :3].reshape(-1, 3), thumbs[:3]])
    ends = np.concatenate([_KNUCKLES, _PALM_ENDS, fingers[:, 1:].reshape(-1, 3), thumbs[1:]])
    return starts, ends, _START_RADII, _END_RADII


@dataclass
class HandPose:
    """A right hand in its person's frame (a left hand is given mirrored, x to the outside as well).

    Wrist in metres; angles in degrees as in `hand_rotation`; curl and thumb 0..1.
    """

    wrist: np.ndarray
    inward: float = 20.0
    downward: float = 5.0
    roll: float = 60.0
    curl: float = 0.25
    thumb: float = 0.2

    @property
    def rotation(self):
        return hand_rotation(self.inward, self.downward, self.roll)

    def towards(self, other, amount):
        blend = lambda a, b: a + (b - a) * amount
        return HandPose(*(blend(getattr(self, name), getattr(other, name)) for name in ("wrist", "inward", "downward", "roll", "curl", "thumb")))
