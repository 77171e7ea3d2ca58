"""Other people: what they stand or sit like, how they sway, gesture and walk."""

import numpy as np

from .body import BodyPose, Person
from .hand import HandPose
from .kinematics import Wobble
from .looks import Looks
from .primitives import TAG_OTHER


class Bystander:
    """Somebody else in the room. `place` (x, y) and `yaw` in the world; `speed` in m/s along the yaw."""

    def __init__(self, palette, random, place, yaw, stance="stand", hips=None, speed=0.0, surface=None):
        self.person = Person(Looks(palette, random, TAG_OTHER), is_wearer=False)
        size = self.person.looks.scale
        self.place, self.yaw, self.stance, self.speed = np.asarray(place, float), yaw, stance, speed
        self.hips = (0.91 * size if stance == "stand" else 0.53) if hips is None else hips
        self.lean, self.pitch = random.uniform(0, 0.25), random.uniform(-0.05, 0.5)
        self.sway, self.look = Wobble(random, 0.02, 2, 0.25), Wobble(random, (0.3, 0.12, 0.05), 3, 0.25)
        self.arms = [self._arm(random, surface) for _ in range(2)]
        self.swing = [Wobble(random, random.choice([0.01, 0.05, 0.1]), 3, 0.6) for _ in range(2)]
        self.phase = random.uniform(0, 6.28)

    def _arm(self, random, surface):
        if surface is not None and random.random() < 0.75:
            return HandPose(np.array([random.uniform(0.05, 0.3), random.uniform(0.28, 0.45), surface + 0.03]), 20, 5, 80, random.uniform(0.1, 0.6), 0.3)
        kind = random.random()
        if kind < 0.5:
            return HandPose(np.array([0.26, 0.05, self.hips - 0.06]), 0, 82, 10, 0.3, 0.3)
        if kind < 0.75:
            return HandPose(np.array([random.uniform(0, 0.15), 0.28, self.hips + random.uniform(0.1, 0.35)]), 45, -10, 30, random.uniform(0.1, 0.8), 0.4)
        return HandPose(np.array([0.2, 0.32, self.hips + random.uniform(0.1, 0.5)]), 10, -25, 20, random.uniform(0.1, 0.9), 0.5)

    def records(self, seconds):
        step = self.phase + seconds * self.speed * 2 * np.pi / 1.35
        ahead = np.array([-np.sin(self.yaw), np.cos(self.yaw)])
        hands = []
        for number, (arm, swing) in enumerate(zip(self.arms, self.swing)):
            moved = arm.wrist + swing.at(seconds) + (0, 0.18 * min(self.speed, 1) * np.sin(step + np.pi * (1 - number)), 0)
            hands.append(HandPose(moved, arm.inward, arm.downward, arm.roll, arm.curl, arm.thumb))
        look = self.look.at(seconds)
        pose = BodyPose(self.place + ahead * self.speed * seconds + self.sway.at(seconds) * 0.5, self.yaw, *hands, lean=self.lean + 0.01 * np.sin(2 * seconds),
                        head_yaw=look[0], head_pitch=self.pitch + look[1], head_roll=look[2], hips=self.hips, stance=self.stance,
                        stride=0.65 * min(self.speed, 1), phase=step, feet=np.array([0.11, 0.38 if self.stance == "sit" else 0.0]))
        return self.person.records(pose)
