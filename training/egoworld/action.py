"""What the person does over the clip: where hands, gaze and carried things are at each moment.

A hand's script is written for the right hand; for the left, x means "to the outside" as well and is mirrored at the end.
Times in seconds of a four-second clip, metres, degrees.
"""

from dataclasses import dataclass

import numpy as np

from .hand import curl_around
from .hand_joints import palm_gap
from .joints import ease, hand_rotation
from .person import SHOULDER, torso_pose

TABLE_HEIGHT = 0.74
DURATION = 4.0
REACH_Y = 0.085  # from wrist to the held thing's axis, along the fingers


@dataclass
class Carried:
    """A thing that can be grasped from the side as if it were an upright cylinder."""

    name: str
    radius: float       # metres, of what the hand closes around
    grip_height: float  # metres above its foot
    place: tuple        # its foot at the start, in the hand's own (mirrored for the left) frame


@dataclass
class HandPose:
    """Wrist in metres; angles in degrees as in `hand_rotation`; curl and thumb 0..1; `grip` names what is held."""

    wrist: np.ndarray
    inward: float
    downward: float
    roll: float
    curl: float
    thumb: float
    grip: str = ""

    @property
    def rotation(self):
        return hand_rotation(self.inward, self.downward, self.roll)


def _around(thing, foot, inward, opened, back=0.0, lift=0.0, grip=""):
    """The pose of a hand around `thing` standing at `foot`, `opened` 0..1, drawn `back` metres, raised by `lift`."""
    rotation = hand_rotation(inward, 4, 4)
    centre = np.asarray(foot, float) + (0, 0, thing.grip_height + lift)
    wrist = centre - rotation[:, 1] * (REACH_Y + back) - rotation[:, 2] * (palm_gap(thing.radius) + 0.5 * back)
    closed = curl_around(thing.radius)
    return HandPose(wrist, inward, 4, 4, closed * (1 - opened) + 0.12 * opened, 1.0 - 0.75 * opened, grip)


def _resting(x, y, inward=22):
    return HandPose(np.array([x, y, TABLE_HEIGHT + 0.026]), inward, 3, 82, 0.16, 0.12)


class HandScript:
    """Key poses over time, eased between; a raise in the middle of a carry keeps things off the table."""

    def __init__(self, keys):
        self.keys = keys  # (seconds, HandPose, raise in metres on the way here)

    def at(self, seconds):
        times = [key[0] for key in self.keys]
        number = int(np.clip(np.searchsorted(times, seconds, side="right"), 1, len(times) - 1))
        (start, first, _), (end, second, raised) = self.keys[number - 1], self.keys[number]
        amount = float(ease((seconds - start) / (end - start)))
        blend = lambda a, b: a + (b - a) * amount
        wrist = blend(first.wrist, second.wrist) + np.array([0, 0, raised * 4 * amount * (1 - amount)])
        return HandPose(wrist, *(blend(getattr(first, n), getattr(second, n)) for n in
                                 ("inward", "downward", "roll", "curl", "thumb")), first.grip)


class Action:
    """The whole clip. `random` nudges places and times a little, so that seeds differ."""

    def __init__(self, random):
        nudge = lambda scale: random.uniform(-scale, scale)
        z = TABLE_HEIGHT
        self.mug = Carried("mug", 0.040, 0.052, (0.45 + nudge(0.01), 0.40 + nudge(0.01), z))
        self.blue = Carried("blue", 0.034, 0.050, (0.31 + nudge(0.01), 0.335 + nudge(0.01), z))
        self.yellow = Carried("yellow", 0.034, 0.050, (0.36 + nudge(0.01), 0.44 + nudge(0.01), z + 0.002))
        mug_end = (0.265 + nudge(0.008), 0.565, z + 0.006)
        yellow_end = (0.045 + nudge(0.008), 0.46, z + 0.003)
        top = (-yellow_end[0], yellow_end[1], yellow_end[2] + 0.090)
        mug, blue, yellow = self.mug, self.blue, self.yellow
        self.right = HandScript([
            (0.00, _resting(0.26, 0.33), 0),
            (0.12, _resting(0.26, 0.33), 0),
            (0.62, _around(mug, mug.place, 8, 0.9, back=0.05), 0.03),
            (0.80, _around(mug, mug.place, 10, 0.0, grip="mug"), 0),
            (1.50, _around(mug, mug_end, 26, 0.0), 0.09),
            (1.66, _around(mug, mug_end, 24, 0.9, back=0.05), 0),
            (2.22, _around(blue, blue.place, 14, 0.9, back=0.05), 0.06),
            (2.40, _around(blue, blue.place, 18, 0.0, grip="blue"), 0),
            (3.18, _around(blue, top, 36, 0.0), 0.05),
            (3.36, _around(blue, top, 34, 0.9, back=0.055), 0),
            (4.00, _resting(0.24, 0.33), 0.03),
        ])
        self.left = HandScript([
            (0.00, _resting(0.24, 0.34), 0),
            (0.75, _resting(0.25, 0.34), 0.01),
            (1.25, _around(yellow, yellow.place, 10, 0.9, back=0.05), 0.03),
            (1.42, _around(yellow, yellow.place, 12, 0.0, grip="yellow"), 0),
            (2.12, _around(yellow, yellow_end, 32, 0.0), 0.08),
            (3.25, _around(yellow, yellow_end, 32, 0.04), 0),
            (3.50, _around(yellow, yellow_end, 30, 0.9, back=0.05), 0),
            (4.00, _resting(0.22, 0.33), 0.02),
        ])
        # (seconds, what is looked at: world x, y, z)
        self.gaze = [(0.0, (0.10, 0.60, 0.80)), (0.35, (0.42, 0.42, 0.80)), (0.85, (0.40, 0.44, 0.80)), (1.45, (0.20, 0.54, 0.80)),
                     (1.75, (-0.35, 0.45, 0.80)), (2.05, (-0.10, 0.50, 0.84)), (2.35, (0.34, 0.38, 0.80)), (3.05, (0.0, 0.48, 0.86)),
                     (3.45, (-0.03, 0.50, 0.88)), (4.0, (-0.12, 1.10, 0.90))]

    def gaze_at(self, seconds):
        """The point looked at, smoothed over about half a second."""
        offsets = np.linspace(-0.35, 0.35, 15)
        weights = np.exp(-0.5 * (offsets / 0.16) ** 2)
        times, points = [g[0] for g in self.gaze], np.array([g[1] for g in self.gaze])
        sampled = np.stack([np.interp(seconds + offsets, times, points[:, axis]) for axis in range(3)], 1)
        return weights @ sampled / weights.sum()

    def torso(self, seconds):
        """(lean, twist) in degrees: breathing, and a bend towards the reaching hand."""
        right, left = self.right.at(seconds).wrist, self.left.at(seconds).wrist
        lean = 6 + 8 * max(right[1] - 0.30, left[1] - 0.30, 0) / 0.2 + 0.4 * np.sin(2 * np.pi * seconds / 3.3)
        return min(lean, 13.0), 22 * (right[1] - left[1])

    def head(self, seconds):
        """(yaw, pitch) in degrees: the head follows the gaze part of the way; the eyes do the rest."""
        lean, twist = self.torso(seconds)
        rotation, shift = torso_pose(lean, twist)
        eye = rotation @ np.array([0.0, 0.15, 1.23]) + shift
        offset = self.gaze_at(seconds) - eye
        yaw = np.degrees(np.arctan2(-offset[0], offset[1]))
        pitch = np.degrees(np.arctan2(-offset[2], np.hypot(offset[0], offset[1])))
        sway = 0.8 * np.sin(2 * np.pi * seconds / 1.9), 0.6 * np.sin(2 * np.pi * seconds / 1.3 + 1)
        return 0.33 * yaw + sway[0], 0.30 * pitch + 21 + sway[1]

    def shoulders(self, seconds):
        """World shoulder joints (right, left)."""
        rotation, shift = torso_pose(*self.torso(seconds))
        return rotation @ SHOULDER + shift, rotation @ (SHOULDER * (-1, 1, 1)) + shift

    def placed(self, thing, script, seconds):
        """Foot position and turn (degrees about z) of a carried thing, in its hand's own frame."""
        foot, turn = np.array(thing.place, float), 0.0
        taken = next(i for i, key in enumerate(script.keys) if key[1].grip == thing.name)
        start, end = script.keys[taken][0], script.keys[taken + 1][0]
        if seconds > start:
            pose, first = script.at(min(seconds, end - 1e-6)), script.keys[taken][1]
            turn = pose.inward - first.inward
            rotation = pose.rotation
            foot = pose.wrist + rotation[:, 1] * REACH_Y + rotation[:, 2] * palm_gap(thing.radius) - (0, 0, thing.grip_height)
        return foot, turn

