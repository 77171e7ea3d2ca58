"""A right hand with five fingers, posed by how far it is curled.

Hand frame: metres, origin at the wrist, x to the thumb's side, y along the straight fingers, z out of the palm.
"""

import numpy as np

from .soft_shapes import RoundedCone, melted

# knuckle position, phalange lengths, radius at the knuckle and at the tip, spread (degrees towards the thumb)
FINGERS = [
    ((0.030, 0.088, 0.000), (0.044, 0.026, 0.022), 0.0100, 0.0078, 5),
    ((0.008, 0.093, -0.002), (0.048, 0.030, 0.023), 0.0102, 0.0079, 1),
    ((-0.014, 0.088, -0.001), (0.044, 0.028, 0.022), 0.0097, 0.0076, -3),
    ((-0.034, 0.077, 0.002), (0.035, 0.021, 0.019), 0.0086, 0.0068, -8),
]
THUMB_OPEN = [(0.020, 0.018, 0.008), (0.048, 0.047, 0.018), (0.067, 0.073, 0.022), (0.076, 0.098, 0.022)]
THUMB_AROUND = [(0.020, 0.014, 0.012), (0.032, 0.024, 0.052), (0.026, 0.036, 0.086), (0.020, 0.054, 0.107)]


def finger_joints(curl):
    """Joint positions (4 fingers, 4 joints, 3). `curl` 0 is straight, 1 a fist."""
    joints = []
    for knuckle, lengths, _, _, spread in FINGERS:
        points, bend = [np.array(knuckle)], 0.0
        side = np.tan(np.radians(spread)) * (1 - 0.8 * curl)
        for length, share in zip(lengths, (70, 85, 50)):
            bend += np.radians(6 + share * curl)
            direction = np.array([side, np.cos(bend), np.sin(bend)])
            points.append(points[-1] + length * direction / np.linalg.norm(direction))
        joints.append(points)
    return np.array(joints)


def thumb_joints(around):
    """Joint positions (4, 3). `around` 0 lies beside the palm, 1 reaches round what the hand holds."""
    return np.array(THUMB_OPEN) * (1 - around) + np.array(THUMB_AROUND) * around


def curl_around(radius, centre_y=0.085, clearance=0.002):
    """The largest curl at which no finger enters a cylinder of `radius` along x that touches the palm."""
    centre = np.array([centre_y, palm_gap(radius)])
    for curl in np.linspace(1, 0, 101):
        middle = finger_joints(curl)[:3]
        along = np.linspace(0, 1, 6)[:, None]
        points = np.concatenate([a + (b - a) * along for finger in middle for a, b in zip(finger[:-1], finger[1:])])
        if (np.linalg.norm(points[:, 1:] - centre, axis=1) > radius + 0.0085 + clearance).all():
            return curl
    return 0.0


def palm_gap(radius):
    """How far in front of the wrist-knuckle plane the axis of a held cylinder lies."""
    return radius + 0.016


def hand_mesh(wrist, rotation, curl, thumb, cell=0.0035):
    """The hand at `wrist` (metres) with columns of `rotation` = thumb side, fingers, out of palm."""
    cones = [RoundedCone((0.010 * s, -0.030, -0.001), (0.011 * s, 0.012, 0), 0.0215, 0.0215, "skin") for s in (-1, 1)]
    softness = [0.02, 0.02]
    fingers = finger_joints(curl)
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
    joints = thumb_joints(thumb)
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
