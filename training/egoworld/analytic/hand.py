"""A five-fingered hand of rounded cones, posed by how far it is curled.

Hand frame (a right hand): metres, origin at the wrist, x to the thumb's side, y along the straight fingers, z out of the palm.
"""

import functools
from dataclasses import dataclass

import numpy as np

from .kinematics import hand_rotation

# knuckle, phalange lengths, radius at the knuckle and at the tip, spread (degrees towards the thumb)
FINGERS = (
    ((0.030, 0.088, 0.000), (0.044, 0.026, 0.022), 0.0100, 0.0078, 5),
    ((0.008, 0.093, -0.002), (0.048, 0.030, 0.023), 0.0102, 0.0079, 1),
    ((-0.014, 0.088, -0.001), (0.044, 0.028, 0.022), 0.0097, 0.0076, -3),
    ((-0.034, 0.077, 0.002), (0.035, 0.021, 0.019), 0.0086, 0.0068, -8),
)
BENDS = np.radians((70, 85, 50))  # of a fist, joint by joint
THUMB_OPEN = np.array([(0.020, 0.018, 0.008), (0.048, 0.047, 0.018), (0.067, 0.073, 0.022), (0.076, 0.098, 0.022)])
THUMB_AROUND = np.array([(0.020, 0.014, 0.012), (0.032, 0.024, 0.046), (0.026, 0.036, 0.076), (0.020, 0.054, 0.097)])
PALM_CENTRE_Y = 0.085  # from the wrist to the axis of what is held, along the fingers


def palm_gap(radius):
    """How far in front of the palm's middle plane the axis of a held cylinder lies."""
    return radius + 0.016


def finger_joints(curl, spread=1.0):
    """Joints (4 fingers, 4 joints, 3). `curl` 0 is straight, 1 a fist; one number or one a finger."""
    curl = np.broadcast_to(curl, 4)
    joints = np.empty((4, 4, 3))
    for number, (knuckle, lengths, _, _, degrees) in enumerate(FINGERS):
        joints[number, 0] = knuckle
        bends = np.cumsum(0.1 + BENDS * curl[number])
        side = np.tan(np.radians(degrees * spread)) * (1 - 0.8 * curl[number])
        along = np.stack([np.full(3, side), np.cos(bends), np.sin(bends)], 1)
        along *= (np.array(lengths) / np.linalg.norm(along, axis=1))[:, None]
        joints[number, 1:] = np.asarray(knuckle) + np.cumsum(along, 0)
    return joints


@functools.lru_cache(maxsize=256)
def curl_around(radius):
    """The largest curl at which no finger enters a cylinder of `radius` along x that touches the palm."""
    centre = np.array([PALM_CENTRE_Y, palm_gap(radius)])
    along = np.linspace(0, 1, 6)[:, None, None]
    for curl in np.linspace(1, 0, 51):
        middle = finger_joints(curl)[:3, :, 1:]
        points = middle[:, :-1] + (middle[:, 1:] - middle[:, :-1]) * along[:, None]
        if (np.linalg.norm(points - centre, axis=-1) > radius + 0.0105).all():
            return float(curl)
    return 0.0


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
    thumbs = THUMB_OPEN * (1 - thumb) + THUMB_AROUND * thumb
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
