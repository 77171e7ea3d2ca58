"""What a pair of hands does: reaching for things, lifting, carrying and putting them down.

All in the person's frame, metres and seconds. A left hand's script is written mirrored (x to the outside), so both hands share code.
"""

from dataclasses import dataclass

import numpy as np

from ..hand_joints import PALM_CENTRE_Y, palm_gap
from .hand import HandPose, curl_around
from .kinematics import ease
from .primitives import IDENTITY, rotation_z

MIRROR = np.array([-1.0, 1.0, 1.0])


class HandScript:
    """Key poses over time, eased between; `rise` is how much higher than a straight line the way to a key goes."""

    def __init__(self, rest):
        self.keys = [(-1e3, rest, 0.0)]

    @property
    def last(self):
        return self.keys[-1]

    def go(self, seconds, pose, rise=0.0):
        self.keys.append((seconds, pose, rise))

    def hold(self, seconds):
        self.go(max(seconds, self.last[0]), self.last[1])

    def at(self, seconds):
        times = [key[0] for key in self.keys]
        number = int(np.searchsorted(times, seconds, side="right"))
        if number >= len(self.keys):
            return self.last[1]
        (start, first, _), (end, second, rise) = self.keys[number - 1], self.keys[number]
        amount = float(ease((seconds - start) / max(end - start, 1e-6)))
        pose = first.towards(second, amount)
        pose.wrist = pose.wrist + np.array([0, 0, rise * 4 * amount * (1 - amount)])
        return pose


def grip_pose(thing, foot, opened, aside=0.0):
    """The hand at `thing` whose foot is at `foot` (hand's own frame); `opened` 0..1 draws it back and open."""
    foot = np.asarray(foot, float)
    grip = np.array([0, 0, thing.grip_height])
    if thing.grip == "side":
        pose = HandPose(foot, inward=14 + 25 * foot[0] + aside, downward=4, roll=6, curl=curl_around(round(thing.radius, 3)), thumb=1.0)
        r = pose.rotation
        pose.wrist = foot + grip - r[:, 1] * (PALM_CENTRE_Y + 0.05 * opened) - r[:, 2] * (palm_gap(thing.radius) + 0.025 * opened)
        if thing.grip_height < 0.045:
            pose.wrist[2] += 0.045 - thing.grip_height
    elif thing.grip == "top":
        wide = min(thing.radius / 0.045, 1)
        pose = HandPose(foot, inward=18 + aside, downward=38, roll=86, curl=0.62 - 0.28 * wide, thumb=0.75)
        r = pose.rotation
        pose.wrist = foot + grip - r[:, 1] * (0.125 - 0.02 * wide) - r[:, 2] * (0.040 + 0.01 * wide) + (0, 0, 0.05 * opened)
    else:  # both: beside the thing, palm inwards
        flat = thing.height < 0.04
        pose = HandPose(foot, inward=16, downward=10, roll=58 if flat else 14, curl=0.22, thumb=0.35 if flat else 0.15)
        pose.wrist = foot + (thing.radius + 0.022 + 0.06 * opened, -0.075 - 0.01 * flat, max(thing.grip_height, 0.028) + 0.01 * flat + 0.01 * opened)
    pose.curl = pose.curl * (1 - opened) + 0.12 * opened
    pose.thumb = pose.thumb * (1 - 0.7 * opened)
    return pose


@dataclass
class Carry:
    """One thing's way from one place to another."""

    thing: object
    side: str            # right, left or both
    start: np.ndarray    # feet of the thing, person's frame
    end: np.ndarray
    grasped: float       # seconds
    released: float
    turn: float = 0.0    # of the thing about z, radians

    def pose(self, script, seconds):
        """(rotation, foot) of the thing; `script` is the right hand's, or the left one's for a left carry."""
        upright = rotation_z(self.turn)
        if seconds <= self.grasped:
            return upright, self.start
        mirror = np.diag(MIRROR) if self.side == "left" else IDENTITY
        then, now = script.at(self.grasped), script.at(min(seconds, self.released))
        turned = now.rotation @ then.rotation.T
        foot = now.wrist + turned @ (self.start @ mirror - then.wrist)
        return mirror @ turned @ mirror @ upright, mirror @ foot


class Work:
    """A timeline of carries for both hands, and where the person looks meanwhile."""

    def __init__(self, random, rest, begin=0.0):
        """`rest` is the resting pose of either hand."""
        self.random = random
        self.rest = rest
        self.right, self.left = HandScript(self._rest()), HandScript(self._rest())
        self.carries, self.gaze = [], []
        self._time = {"right": begin, "left": begin + random.uniform(0, 1.5)}

    def _rest(self):
        wrist = self.rest.wrist + self.random.normal(0, (0.03, 0.03, 0.002))
        return HandPose(wrist, *(getattr(self.rest, name) + self.random.normal(0, spread) for name, spread in
                                 (("inward", 5), ("downward", 2), ("roll", 5), ("curl", 0.05), ("thumb", 0.05))))

    def script(self, side):
        return self.left if side == "left" else self.right

    @property
    def busy_until(self):
        return max(self._time.values())

    def move(self, thing, side, start, end, turn=0.0, inspect=False, rise=None):
        """Adds one carry. `start` and `end` are feet in the person's frame."""
        random, sides = self.random, ("right", "left") if side == "both" else (side,)
        begin = max(self._time[s] for s in sides) + random.uniform(0.0, 0.3)
        reach, close, carry = random.uniform(0.45, 0.8), random.uniform(0.12, 0.2), random.uniform(0.6, 1.1)
        start, end = np.asarray(start, float), np.asarray(end, float)
        rise = random.uniform(0.03, 0.12) if rise is None else rise
        look = random.uniform(0.9, 1.8) if inspect else 0
        near = np.array([0.35 * end[0], min(end[1], start[1]) * 0.8, max(start[2], end[2]) + random.uniform(0.10, 0.28)])
        grasped = begin + reach + close
        times = [begin + reach, grasped] + ([grasped + 0.7 * carry, grasped + 0.7 * carry + look] if inspect else [])
        released = (times[-1] if inspect else grasped) + carry
        for s in sides:
            script, mirror = self.script(s), MIRROR if s == "left" else np.ones(3)
            # In a carry with both hands the left one is the mirror image about the thing's own middle.
            place = lambda foot, opened: grip_pose(thing, foot * mirror, opened) if side != "both" else \
                self._beside(grip_pose(thing, np.array([0, *foot[1:]]), opened), foot[0] * mirror[0])
            script.hold(begin)
            script.go(times[0], place(start, 0.9), 0.03)
            script.go(times[1], place(start, 0.0))
            if inspect:
                for t, tilt in zip(times[2:], (0, 8)):
                    pose = place(near, 0.0)
                    pose.downward -= 26 + tilt if side == "both" else 6 + tilt
                    script.go(t, pose, 0.02)
            script.go(released, place(end, 0.0), rise)
            script.go(released + close, place(end, 0.9))
            done = released + close + random.uniform(0.4, 0.7)
            script.go(done, self._rest(), 0.03)
            self._time[s] = done
        self.carries.append(Carry(thing, side, start, end, grasped, released, turn))
        self.gaze += [(begin - 0.15, start), (grasped, start)]
        if inspect:
            self.gaze += [(times[2], near), (times[3], near)]
        self.gaze += [(released - 0.45, end), (released, end)]
        return released

    def hold(self, thing, foot):
        """Both hands hold a thing all the time."""
        foot = np.asarray(foot, float)
        for script, mirror in ((self.right, 1), (self.left, -1)):
            pose = self._beside(grip_pose(thing, np.array([0, *foot[1:]]), 0.0), mirror * foot[0])
            script.keys = [(-1e3, pose, 0.0)]
        self.carries.append(Carry(thing, "both", foot, foot, -1e2, 1e9))

    @staticmethod
    def _beside(pose, shift):
        pose.wrist = pose.wrist + (shift, 0, 0)
        return pose

    def rest_until(self, seconds):
        for side in ("right", "left"):
            self.script(side).hold(seconds)

    def gaze_keys(self):
        return sorted(self.gaze, key=lambda key: key[0])
