"""A right hand with five fingers as a mesh, posed by how far it is curled (`hand_joints.py`)."""

import numpy as np

from . import hand_joints
from .hand_joints import FINGERS
from .soft_shapes import RoundedCone, melted

REST = np.radians(6)  # of every joint of a straight finger
THUMB_AROUND = np.array([(0.020, 0.014, 0.012), (0.032, 0.024, 0.052), (0.026, 0.036, 0.086), (0.020, 0.054, 0.107)])


def curl_around(radius):
    """The largest curl at which no finger enters a cylinder of `radius` along x that touches the palm."""
    return hand_joints.curl_around(radius, REST, 101)


def hand_mesh(wrist, rotation, curl, thumb, cell=0.0035):
    """The hand at `wrist` (metres) with columns of `rotation` = thumb side, fingers, out of palm."""
    cones = [RoundedCone((0.010 * s, -0.030, -0.001), (0.011 * s, 0.012, 0), 0.0215, 0.0215, "skin") for s in (-1, 1)]
    softness = [0.02, 0.02]
    fingers = hand_joints.finger_joints(curl, REST)
    for joints, (knuckle, _, thick, thin, _) in zip(fingers, FINGERS):
        root = np.array([knuckle[0] * 0.55, 0.008, 0.0])
        cones.append(RoundedCone(root, knuckle, 0.0145, 0.0120, "skin"))
        softness.append(0.016)
    cones.append(RoundedCone((-0.022, 0.020, 0.010), (-0.028, 0.062, 0.008), 0.0140, 0.0110, "skin"))
    cones.append(RoundedCone((0.022, 0.022, 0.010), (0.030, 0.062, 0.007), 0.0150, 0.0110, "skin"))
    softness += [0.016, 0.016]
    for joints, (_, _, thick, thin, _) in zip(fingers, FINGERS):
        for number in range(3):
            radii = np.linspace(thick, thin, 4)
            cones.append(RoundedCone(joints[number], joints[number + 1], radii[number], radii[number + 1], "skin"))
            softness.append(0.006 if number == 0 else 0.003)
    joints = hand_joints.thumb_joints(THUMB_AROUND, thumb)
    for number, (first, second) in enumerate([(0.0175, 0.0130), (0.0125, 0.0112), (0.0110, 0.0088)]):
        cones.append(RoundedCone(joints[number], joints[number + 1], first, second, "skin"))
        softness.append(0.012 if number == 0 else 0.004)
    tips = [(f[3], f[3] - f[2]) for f in fingers] + [(joints[3], joints[3] - joints[2])]

    def paint(points, names):
        """Nails: the back of each last phalange's end."""
        names = names.copy()
        for number, (tip, along) in enumerate(tips):
            along = along / np.linalg.norm(along)
            back = np.cross(along, [1.0, 0, 0]) if number < 4 else np.cross(along, [0.0, 0, -1.0])
            back /= max(np.linalg.norm(back), 1e-6)
            offset = points - tip
            reach = offset @ along
            names[(np.abs(reach) < 0.009) & (offset @ back > 0.0038) & (np.linalg.norm(offset, axis=1) < 0.014)] = "nail"
        return names

    return melted(cones, cell, softness, paint).transformed(rotation, wrist)
