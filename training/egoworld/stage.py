"""The moving half of the scene at one moment, and where both cameras are then."""

import numpy as np

from . import person, tabletop
from .action import Action
from .cameras import Fisheye624Camera, PinholeCamera, look_at, turn_sensor
from .mesh import merged, rotation_z

EXO_POSITION, EXO_TARGET = np.array([1.48, 1.50, 1.62]), np.array([-0.06, 0.30, 0.86])
EXO_FOCAL, EGO_FOCAL, EGO_CIRCLE = 520.0, 194.0, 238.0  # pixels at a height of 448


def exo_camera(width, height):
    focal = EXO_FOCAL * height / 448
    return PinholeCamera(width, height, focal, focal, (width - 1) / 2, (height - 1) / 2)


def ego_camera(side):
    """The lens of the glasses: the sensor is mounted turned, so its picture is stored turned clockwise by 90 degrees."""
    return Fisheye624Camera(side, side, EGO_FOCAL * side / 448, (side - 1) / 2, (side - 1) / 2,
                            radial=[0.021, -0.034, 0.018, -0.0061, 0.0012, -0.0001], tangential=[-0.0004, 0.0006],
                            thin_prism=[0.0007, -0.0002, -0.0005, 0.0001], rotate_clockwise_degrees=90,
                            image_circle_radius=EGO_CIRCLE * side / 448)


class Stage:
    """Meshes of the person and the carried things over time."""

    def __init__(self, random):
        self.action = Action(random)
        self._torso, self._legs, self._head = person.torso_mesh(), person.legs_mesh(), person.head_mesh()
        self._things = {"mug": tabletop.mug(), "blue": tabletop.block("block_blue"), "yellow": tabletop.block("block_yellow")}

    def meshes(self, seconds):
        """(what the ego camera may see, the head): the head must not stand in the way of the eyes."""
        action = self.action
        lean, twist = action.torso(seconds)
        parts = [self._legs, self._torso.transformed(*person.torso_pose(lean, twist))]
        right_shoulder, left_shoulder = action.shoulders(seconds)
        for script, shoulder, mirror in ((action.right, right_shoulder, False), (action.left, left_shoulder * (-1, 1, 1), True)):
            pose = script.at(seconds)
            arm = person.arm_mesh(shoulder, pose.wrist, pose.rotation, pose.curl, pose.thumb)
            parts.append(person.mirrored(arm) if mirror else arm)
        for thing, script, mirror in ((action.mug, action.right, False), (action.blue, action.right, False),
                                      (action.yellow, action.left, True)):
            foot, turn = action.placed(thing, script, seconds)
            placed = self._things[thing.name].transformed(rotation_z(turn), foot)
            parts.append(person.mirrored(placed) if mirror else placed)
        rotation, position = person.head_pose(lean, twist, *action.head(seconds))
        return merged(parts), self._head.transformed(rotation, position)

    def ego_pose(self, seconds, rotate_clockwise_degrees):
        """World-to-camera 3x4 of the ego *sensor*."""
        lean, twist = self.action.torso(seconds)
        yaw, pitch = self.action.head(seconds)
        rotation, _ = person.head_pose(lean, twist, yaw, pitch)
        eye = person.ego_eye(lean, twist, yaw, pitch)
        roll = 1.2 * np.sin(2 * np.pi * seconds / 2.7)
        return turn_sensor(look_at(eye, eye + rotation @ [0, 1, 0], roll), rotate_clockwise_degrees)


def exo_pose():
    """World-to-camera 3x4 of the exo camera."""
    return look_at(EXO_POSITION, EXO_TARGET)
