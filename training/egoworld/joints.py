"""Small kinematics: easing, hand directions and a two-bone arm."""

import numpy as np


def ease(amount):
    """Minimum-jerk progress 0..1 of a reach."""
    amount = np.clip(amount, 0, 1)
    return amount**3 * (10 - 15 * amount + 6 * amount**2)


def hand_rotation(inward, downward, roll):
    """Columns (thumb side, fingers, out of palm) of a right hand that points ahead (+y).

    Degrees: `inward` turns the fingers to the body's middle, `downward` dips them, `roll` 0 is palm inward and 90 palm down.
    """
    inward, downward, roll = np.radians([inward, downward, roll])
    fingers = np.array([-np.sin(inward) * np.cos(downward), np.cos(inward) * np.cos(downward), -np.sin(downward)])
    palm = np.array([-np.cos(inward), -np.sin(inward), 0.0])
    up = np.cross(fingers, palm)
    palm = palm * np.cos(roll) - up * np.sin(roll)
    return np.stack([np.cross(fingers, palm), fingers, palm], 1)


def elbow_of(shoulder, wrist, upper_length, lower_length, towards):
    """Elbow position of a two-bone arm that bends `towards` a direction; a wrist out of reach is pulled in.

    Returns (elbow, wrist).
    """
    shoulder, wrist = np.asarray(shoulder, float), np.asarray(wrist, float)
    line = wrist - shoulder
    span = np.linalg.norm(line)
    line /= span
    if span > 0.995 * (upper_length + lower_length):
        span = 0.995 * (upper_length + lower_length)
        wrist = shoulder + line * span
    along = (upper_length**2 - lower_length**2 + span**2) / (2 * span)
    aside = np.sqrt(max(upper_length**2 - along**2, 0))
    pole = np.asarray(towards, float) - line * (line @ np.asarray(towards, float))
    pole /= np.linalg.norm(pole)
    return shoulder + line * along + pole * aside, wrist
