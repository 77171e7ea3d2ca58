"""The joints of a right hand, posed by how far it is curled, and how it closes round what it holds. Both worlds' hands have them.

Hand frame: metres, origin at the wrist, x to the thumb's side, y along the straight fingers, z out of the palm.
"""

import numpy as np

# knuckle position, phalange lengths, radius at the knuckle and at the tip, spread (degrees towards the thumb)
FINGERS = (
    ((0.030, 0.088, 0.000), (0.044, 0.026, 0.022), 0.0100, 0.0078, 5),
    ((0.008, 0.093, -0.002), (0.048, 0.030, 0.023), 0.0102, 0.0079, 1),
    ((-0.014, 0.088, -0.001), (0.044, 0.028, 0.022), 0.0097, 0.0076, -3),
    ((-0.034, 0.077, 0.002), (0.035, 0.021, 0.019), 0.0086, 0.0068, -8),
)
BENDS = np.radians((70, 85, 50))  # of a fist, joint by joint
THUMB_OPEN = np.array([(0.020, 0.018, 0.008), (0.048, 0.047, 0.018), (0.067, 0.073, 0.022), (0.076, 0.098, 0.022)])
PALM_CENTRE_Y = 0.085  # from the wrist to the axis of what is held, along the fingers


def palm_gap(radius):
    """How far in front of the palm's middle plane the axis of a held cylinder lies."""
    return radius + 0.016


def finger_joints(curl, rest=0.1):
    """Joints (4 fingers, 4 joints, 3). `curl` 0 is straight but for a bend of `rest` radians a joint, 1 a fist; one number or one a finger."""
    curl = np.broadcast_to(curl, 4)
    joints = np.empty((4, 4, 3))
    for number, (knuckle, lengths, _, _, degrees) in enumerate(FINGERS):
        joints[number, 0] = knuckle
        bends = np.cumsum(rest + BENDS * curl[number])
        side = np.tan(np.radians(degrees)) * (1 - 0.8 * curl[number])
        along = np.stack([np.full(3, side), np.cos(bends), np.sin(bends)], 1)
        along *= (np.array(lengths) / np.linalg.norm(along, axis=1))[:, None]
        joints[number, 1:] = np.asarray(knuckle) + np.cumsum(along, 0)
    return joints


def thumb_joints(reached, around):
    """Joints (4, 3). `around` 0 lies beside the palm, 1 has `reached` round what the hand holds."""
    return THUMB_OPEN * (1 - around) + reached * around


def curl_around(radius, rest=0.1, tried=51):
    """The largest of `tried` curls at which no finger enters a cylinder of `radius` along x that touches the palm."""
    centre = np.array([PALM_CENTRE_Y, palm_gap(radius)])
    along = np.linspace(0, 1, 6)[:, None, None]
    for curl in np.linspace(1, 0, tried):
        middle = finger_joints(curl, rest)[:3, :, 1:]
        points = middle[:, :-1] + (middle[:, 1:] - middle[:, :-1]) * along[:, None]
        if (np.linalg.norm(points - centre, axis=-1) > radius + 0.0105).all():
            return float(curl)
    return 0.0
