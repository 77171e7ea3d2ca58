"""The person whose view we want: posture, walking, head and gaze, driven by what the hands do."""

import numpy as np

from .body import BodyPose, Person
from .hand import HandPose
from .kinematics import Wobble, smooth_path
from .looks import Looks
from .primitives import TAG_OBJECT, moved, rotation_z


class Wearer:
    """At the world's origin facing +y at the start. `walk` is (speed in m/s, turn in radians a second)."""

    def __init__(self, palette, random, stance, hips, work, walk=(0.0, 0.0), idle_gaze=(0, 3, 1.0), droop=7):
        self.person = Person(Looks(palette, random), is_wearer=True)
        self.stance, self.work, self.walk = stance, work, walk
        self.hips = hips * self.person.looks.scale if stance == "stand" else hips
        self.feet = np.array([random.uniform(0.08, 0.16), random.uniform(0.3, 0.45) if stance == "sit" else random.uniform(-0.05, 0.05)])
        still = random.random() < 0.25
        self.head_sway = Wobble(random, np.radians((0.4, 0.3, 0.3)) * (0.4 if still else random.uniform(1, 5)), 3, 0.4)
        self.body_sway = Wobble(random, 0.004 if still else random.uniform(0.004, 0.02), 3, 0.3)
        self.follow = random.uniform(0.35, 0.7) * np.array([1, 0.75])
        self.droop = np.radians(random.normal(droop, 5))
        self.roll = np.radians(random.normal(0, 3))
        self.gaze_width = random.uniform(0.12, 0.35)
        self.phase = random.uniform(0, 6.28)
        keys = work.gaze_keys()
        if not keys:
            keys = [(0.0, np.asarray(idle_gaze, float))]
        if not still and random.random() < 0.7:  # a look around
            at = random.uniform(keys[0][0], keys[-1][0] + 1.5)
            away = np.array([random.uniform(-2.5, 2.5), random.uniform(1.5, 3), random.uniform(0.6, 1.7)])
            keys += [(at, away), (at + random.uniform(0.2, 0.8), away)]
            keys.sort(key=lambda key: key[0])
        self.gaze = keys

    def placement(self, seconds):
        """(position, yaw) of the hips in the world."""
        speed, turn = self.walk
        yaw = turn * seconds
        if abs(turn) < 1e-6:
            return np.array([0, speed * seconds]), yaw
        return speed / turn * np.array([np.cos(yaw) - 1, np.sin(yaw)]), yaw

    def pose(self, seconds):
        speed = self.walk[0]
        right, left = self.work.right.at(seconds), self.work.left.at(seconds)
        position, yaw = self.placement(seconds)
        step = self.phase + seconds * speed * 2 * np.pi / 1.35
        sway = self.body_sway.at(seconds)
        reach = max(right.wrist[1], left.wrist[1]) - 0.30
        lean = 0.10 + 0.55 * max(reach, 0) + 0.008 * np.sin(1.9 * seconds) + 0.3 * sway[1]
        twist = np.clip(0.4 * (right.wrist[1] - left.wrist[1]), -0.4, 0.4) + (0.08 * np.sin(step) if speed else 0)
        hips = self.hips + 0.004 * np.sin(1.9 * seconds) + (0.02 * np.cos(2 * step) if speed else 0)
        pose = BodyPose(position, yaw, right, left, lean=lean, twist=twist, hips=hips, stance=self.stance,
                        stride=0.65 * min(abs(speed), 1), phase=step, feet=self.feet)
        if speed and not self.work.carries:
            for hand, turn in ((right, 0), (left, np.pi)):
                hand.wrist = hand.wrist + (0, -0.16 * min(speed, 1) * np.sin(step + turn), 0)
        times, points = zip(*self.gaze)
        target = smooth_path(times, points, seconds, self.gaze_width)
        nod = self.head_sway.at(seconds)
        eye = np.array([0, 0.12 + 0.5 * np.sin(lean), hips + 0.68])
        offset = target - eye
        pose.head_yaw = self.follow[0] * np.arctan2(-offset[0], max(offset[1], 0.15)) + nod[0] + 0.3 * twist
        pose.head_pitch = self.follow[1] * np.arctan2(-offset[2], np.hypot(offset[0], offset[1])) + self.droop + nod[1]
        pose.head_roll = self.roll + nod[2]
        return pose

    def records(self, seconds):
        """The person and the things in or near their hands, in the world."""
        pose = self.pose(seconds)
        parts = [self.person.records(pose)]
        turn, shift = rotation_z(pose.yaw), np.array([*self.placement(seconds)[0], 0])
        for carry in self.work.carries:
            rotation, foot = carry.pose(self.work.script(carry.side), seconds)
            records = moved(moved(carry.thing.records, rotation, foot), turn, shift)
            records["tag"] = TAG_OBJECT
            parts.append(records)
        return np.concatenate(parts)

    def eye(self, seconds):
        """World position of the ego camera and its upright axes (right, ahead, up) as columns."""
        return self.person.eye(self.pose(seconds))


def hanging(hips):
    """A hand that hangs at the side."""
    return HandPose(np.array([0.25, 0.06, hips - 0.07]), 5, 78, 10, 0.35, 0.3)


def resting(surface):
    """A hand that lies on a table."""
    return HandPose(np.array([0.22, 0.33, surface + 0.028]), 24, 3, 82, 0.2, 0.15)
