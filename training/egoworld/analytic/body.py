"""A jointed person: a pose in, records out."""

from dataclasses import dataclass, field

import numpy as np

from ..native import layout
from .hand import HandPose, hand_cones
from .kinematics import elbow_of
from .looks import EYES_FROM_NECK, FOREARM, HIP, NECK, SHIN, SHOULDER, THIGH, UPPER_ARM
from .primitives import TAG_ARM, TAG_HAND, TAG_OTHER, Shapes, joined, moved, rotation_x, rotation_y, rotation_z

MIRROR = np.array([-1.0, 1.0, 1.0])


@dataclass
class BodyPose:
    """A person at one moment. Angles in radians; `right` and `left` in the person's frame (left mirrored)."""

    position: np.ndarray            # on the floor, world metres (x, y)
    yaw: float                      # of the hips, 0 looks along +y, positive to the left
    right: HandPose
    left: HandPose
    lean: float = 0.1               # forwards
    twist: float = 0.0              # of the chest, to the left
    head_yaw: float = 0.0           # relative to the hips
    head_pitch: float = 0.3         # downwards
    head_roll: float = 0.0
    hips: float = 0.93              # height
    stance: str = "stand"           # or sit, kneel
    stride: float = 0.0             # metres from one foot to the other, along y
    phase: float = 0.0              # of walking, radians
    feet: np.ndarray = field(default_factory=lambda: np.array([0.1, 0.0]))  # x of the right foot, y of both


class Person:
    def __init__(self, looks, is_wearer):
        self.looks = looks
        self.is_wearer = is_wearer

    def torso_frame(self, pose):
        """(rotation, position) of the torso in the person's frame."""
        return rotation_z(pose.twist) @ rotation_x(-pose.lean), np.array([0, 0, pose.hips])

    def head_frame(self, pose):
        rotation, hips = self.torso_frame(pose)
        neck = rotation @ (NECK * self.looks.scale) + hips
        return rotation_z(pose.head_yaw) @ rotation_x(-pose.head_pitch) @ rotation_y(pose.head_roll), neck

    def eye(self, pose):
        """World position of the ego camera and its upright axes (right, ahead, up) as columns."""
        rotation, neck = self.head_frame(pose)
        turn = rotation_z(pose.yaw)
        place = turn @ (neck + rotation @ EYES_FROM_NECK) + (*pose.position, 0)
        return place, turn @ rotation

    def shoulders(self, pose):
        """In the person's frame, (right, left); the left one mirrored."""
        rotation, hips = self.torso_frame(pose)
        scaled = SHOULDER * self.looks.scale
        return rotation @ scaled + hips, (rotation @ (scaled * MIRROR) + hips) * MIRROR

    def records(self, pose):
        """All of the person, in the world."""
        rotation, hips = self.torso_frame(pose)
        head_rotation, neck = self.head_frame(pose)
        head = moved(self.looks.head, head_rotation, neck)
        if not self.is_wearer:
            head["flags"] |= layout.SEEN_BY_EGO
        limbs = Shapes(self.looks.tag)
        for shoulder, hand, mirror in zip(self.shoulders(pose), (pose.right, pose.left), (np.ones(3), MIRROR)):
            self._arm(limbs, shoulder, hand, mirror)
        self._legs(limbs, pose)
        return moved(joined([moved(self.looks.torso, rotation, hips), limbs.records(), head]), rotation_z(pose.yaw), (*pose.position, 0))

    def _arm(self, limbs, shoulder, hand, mirror):
        looks, size = self.looks, self.looks.scale
        arm, palm = (TAG_ARM, TAG_HAND) if self.is_wearer else (TAG_OTHER, TAG_OTHER)
        elbow, wrist = elbow_of(shoulder, hand.wrist, UPPER_ARM * size, FOREARM * size, (0.75, -0.35, -0.75))
        along = (wrist - elbow) / (FOREARM * size)
        sleeve_end = {"long": 0.235, "rolled": 0.03, "short": -0.14}[looks.sleeve]
        limb = lambda a, b, ra, rb, material: limbs.cone(a * mirror, b * mirror, ra, rb, material, tag=arm)
        if sleeve_end < 0:
            cuff = shoulder + (elbow - shoulder) * 0.55
            limb(shoulder, cuff, 0.062, 0.058, looks.shirt_sleeve)
            limb(shoulder + (elbow - shoulder) * 0.5, elbow, 0.046, 0.040, looks.skin)
            limb(elbow, wrist, 0.040, 0.0265, looks.skin)
        else:
            cuff = elbow + along * sleeve_end
            limb(shoulder, elbow, 0.062, 0.048, looks.shirt_sleeve)
            limb(elbow, cuff, 0.048, 0.041 - 0.04 * sleeve_end, looks.shirt_sleeve)
            if sleeve_end > 0.1:
                limb(cuff - along * 0.02, cuff, 0.036, 0.036, looks.shirt_sleeve)
            else:
                limb(cuff, cuff + along * 0.012, 0.051, 0.050, looks.shirt_sleeve)
            limb(elbow + along * 0.05, wrist, 0.039, 0.0265, looks.skin)
        if looks.watch >= 0 and mirror[0] < 0:
            limb(wrist - along * 0.05, wrist - along * 0.035, 0.032, 0.032, looks.watch)
        starts, ends, start_radii, end_radii = hand_cones(hand.curl, hand.thumb)
        frame = hand.rotation.T
        limbs.cones((starts @ frame + wrist) * mirror, (ends @ frame + wrist) * mirror, start_radii, end_radii, looks.glove, tag=palm)

    def _legs(self, limbs, pose):
        looks, size = self.looks, self.looks.scale
        for side in (1, -1):
            hip = HIP * size * (side, 1, 1) + (0, 0, pose.hips)
            swing = np.sin(pose.phase + (0 if side > 0 else np.pi))
            lift = max(0.0, np.cos(pose.phase + (0 if side > 0 else np.pi))) * min(1, pose.stride * 3) * 0.10
            if pose.stance == "kneel":
                ankle = np.array([0.12 * side, -0.36, 0.08])
                knee, pole = None, (0.1 * side, 1.0, -0.6)
            else:
                ankle = np.array([pose.feet[0] * side, pose.feet[1] + pose.stride * swing * 0.5, 0.09 + lift])
                knee, pole = None, (0.12 * side, 1.0, 0.35 if pose.stance == "sit" else 0.0)
            knee, ankle = elbow_of(hip, ankle, THIGH * size, SHIN * size, pole)
            thin = 0.8 if looks.shorts else 1.0
            limbs.cone(hip, knee, 0.088 * looks.girth, 0.062, looks.trousers)
            limbs.cone(knee, ankle, 0.058 * thin, 0.046 * thin, looks.skin if looks.shorts else looks.trousers)
            toe = np.array([0.02 * side, 0.15, -0.045]) if pose.stance != "kneel" else np.array([0, -0.08, -0.05])
            limbs.cone(ankle + (0, -0.03, -0.04), ankle + toe, 0.045, 0.036, looks.shoe)
