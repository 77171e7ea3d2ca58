"""Pinhole and fisheye624 cameras: pixels to rays and points to pixels.

Pixel (0, 0) is the *centre* of the first pixel, so a centred principal point is (size - 1) / 2.
"""

from dataclasses import dataclass, field

import numpy as np


@dataclass
class PinholeCamera:
    """A lens without distortion. Focal lengths and principal point in pixels."""

    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float

    def unproject(self, x, y):
        """Pixels to camera-frame directions (N, 3) with z = 1 (not unit length)."""
        return np.stack([(x - self.cx) / self.fx, (y - self.cy) / self.fy, np.ones_like(x)], -1)

    def project(self, points):
        """Camera-frame points (N, 3) in front of the camera to pixels (N, 2)."""
        a, b = points[:, 0] / points[:, 2], points[:, 1] / points[:, 2]
        return np.stack([self.fx * a + self.cx, self.fy * b + self.cy], -1)

    def to_json(self):
        return {"model": "pinhole", "width": self.width, "height": self.height,
                "fx": self.fx, "fy": self.fy, "cx": self.cx, "cy": self.cy}


@dataclass
class Fisheye624Camera:
    """Project Aria's lens model: 6 radial, 2 tangential, 4 thin-prism coefficients.

    It describes the *sensor* picture; `rotate_clockwise_degrees` says how that picture is turned before it is stored.
    """

    width: int
    height: int
    f: float
    cx: float
    cy: float
    radial: list = field(default_factory=lambda: [0.0] * 6)
    tangential: list = field(default_factory=lambda: [0.0] * 2)
    thin_prism: list = field(default_factory=lambda: [0.0] * 4)
    rotate_clockwise_degrees: int = 0
    image_circle_radius: float = 0.0

    def _radial(self, theta):
        """Distorted angle and its derivative at `theta` (radians from the optical axis)."""
        squared, power = theta * theta, np.ones_like(theta)
        value, slope = np.ones_like(theta), np.ones_like(theta)
        for order, coefficient in enumerate(self.radial):
            power = power * squared
            value = value + coefficient * power
            slope = slope + (2 * order + 3) * coefficient * power
        return theta * value, slope

    def _shift(self, uv):
        """Tangential and thin-prism distortion of radially distorted coordinates, with its 2x2 Jacobian."""
        u, v = uv[:, 0], uv[:, 1]
        p0, p1 = self.tangential
        s0, s1, s2, s3 = self.thin_prism
        squared = u * u + v * v
        dot = u * p0 + v * p1
        prism_u, prism_v = s0 + 2 * s1 * squared, s2 + 2 * s3 * squared
        value = np.stack([u + 2 * u * dot + squared * p0 + s0 * squared + s1 * squared**2,
                          v + 2 * v * dot + squared * p1 + s2 * squared + s3 * squared**2], -1)
        jacobian = np.empty((len(u), 2, 2))
        jacobian[:, 0, 0] = 1 + 2 * dot + 2 * u * p0 + 2 * u * p0 + 2 * u * prism_u
        jacobian[:, 0, 1] = 2 * u * p1 + 2 * v * p0 + 2 * v * prism_u
        jacobian[:, 1, 0] = 2 * v * p0 + 2 * u * p1 + 2 * u * prism_v
        jacobian[:, 1, 1] = 1 + 2 * dot + 2 * v * p1 + 2 * v * p1 + 2 * v * prism_v
        return value, jacobian

    def project(self, points):
        """Camera-frame points (N, 3) in front of the camera to sensor pixels (N, 2)."""
        points = np.asarray(points, np.float64)
        ab = points[:, :2] / points[:, 2:]
        radius = np.maximum(np.hypot(ab[:, 0], ab[:, 1]), 1e-12)
        distorted, _ = self._radial(np.arctan(radius))
        value, _ = self._shift(ab * (distorted / radius)[:, None])
        return self.f * value + [self.cx, self.cy]

    def unproject(self, x, y):
        """Sensor pixels to unit camera-frame directions (N, 3), by Newton's method in both stages."""
        target = np.stack([(np.asarray(x, np.float64) - self.cx) / self.f,
                           (np.asarray(y, np.float64) - self.cy) / self.f], -1)
        uv = target.copy()
        for _ in range(12):
            value, jacobian = self._shift(uv)
            (a, b), (c, d) = jacobian[:, 0].T, jacobian[:, 1].T
            off = value - target
            uv -= np.stack([d * off[:, 0] - b * off[:, 1], a * off[:, 1] - c * off[:, 0]], -1) / (a * d - b * c)[:, None]
        distorted = np.hypot(uv[:, 0], uv[:, 1])
        theta = distorted.copy()
        for _ in range(12):
            value, slope = self._radial(theta)
            theta -= (value - distorted) / slope
        sine = np.sin(theta) / np.maximum(distorted, 1e-12)
        return np.stack([uv[:, 0] * sine, uv[:, 1] * sine, np.cos(theta)], -1)

    def to_json(self):
        return {"model": "fisheye624", "width": self.width, "height": self.height, "f": self.f, "cx": self.cx,
                "cy": self.cy, "radial": self.radial, "tangential": self.tangential, "thin_prism": self.thin_prism,
                "rotate_clockwise_degrees": self.rotate_clockwise_degrees,
                "image_circle_radius": self.image_circle_radius}


def look_at(position, target, roll_degrees=0.0):
    """World-to-camera 3x4 for an upright camera at `position` (world metres) that looks at `target`."""
    forward = np.asarray(target, float) - position
    forward /= np.linalg.norm(forward)
    right = np.cross(forward, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    down = np.cross(forward, right)
    angle = np.radians(roll_degrees)
    rotation = np.stack([np.cos(angle) * right + np.sin(angle) * down,
                         np.cos(angle) * down - np.sin(angle) * right, forward])
    return np.concatenate([rotation, -(rotation @ position)[:, None]], 1)


def turn_sensor(upright_world_to_camera, rotate_clockwise_degrees):
    """The pose of a sensor whose picture, turned clockwise by that angle, is what the upright camera sees.

    Turning a picture clockwise by 90 degrees sends the sensor's x axis to the upright picture's y (down) and the sensor's
    y axis to the upright picture's -x (left).
    """
    turns = rotate_clockwise_degrees // 90 % 4
    quarter = np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    return np.linalg.matrix_power(quarter, turns) @ upright_world_to_camera


def turn_picture(picture, rotate_clockwise_degrees):
    """The stored picture (H, W, ...) of a sensor picture."""
    return np.rot90(picture, -(rotate_clockwise_degrees // 90))


def world_rays(camera, world_to_camera, x, y):
    """World-frame ray origin (3,), directions (N, 3), and per-direction z-depth of a unit of ray length (N,)."""
    rotation, translation = world_to_camera[:, :3], world_to_camera[:, 3]
    directions = camera.unproject(x, y)
    directions = directions / np.linalg.norm(directions, axis=-1, keepdims=True)
    return -rotation.T @ translation, directions @ rotation, directions[:, 2]
