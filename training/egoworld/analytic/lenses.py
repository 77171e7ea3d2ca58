"""Random cameras for both views, and the rays of their upright pictures."""

from dataclasses import replace

import numpy as np

from ..cameras import Fisheye624Camera, PinholeCamera

# Project Aria's camera as published sample clips give it, and its focal length for a picture of 256 pixels.
RADIAL = np.array([-0.0234, 0.0939, -0.0609, 0.0053, 0.0033, -0.00064])
TANGENTIAL, PRISM = np.array([0.0005, -0.0005]), np.array([-0.0011, -0.0003, 0.0001, 0.0001])
FOCAL, TURN = 108.0, 90


def exo_camera(random, width, height, distance=2.0):
    """A pinhole with 45 to 112 degrees across, wide enough for an upper body `distance` metres away."""
    degrees = random.uniform(92, 112) if random.random() < 0.5 else random.uniform(45, 90)
    degrees = max(degrees, np.degrees(2 * np.arctan(0.62 / distance * width / height)))
    focal = width / 2 / np.tan(np.radians(degrees) / 2)
    centre = random.normal(0, 0.004, 2) * width
    return PinholeCamera(width, height, focal, focal * random.uniform(0.995, 1.005), (width - 1) / 2 + centre[0], (height - 1) / 2 + centre[1])


def ego_camera(random, side):
    scale = side / 256
    centre = (side - 1) / 2 + random.uniform(-3, 3, 2) * scale
    return Fisheye624Camera(side, side, (FOCAL + random.uniform(-6, 6)) * scale, *centre, list(RADIAL * random.uniform(0.7, 1.15)),
                            list(TANGENTIAL * random.uniform(-1, 1, 2)), list(PRISM * random.uniform(-1, 1, 4)), TURN)


def resized(camera, width):
    """The same camera with a smaller or larger picture."""
    scale = width / camera.width
    lengths = {name: getattr(camera, name) * scale for name in ("f", "fx", "fy") if hasattr(camera, name)}
    centre = {name: (getattr(camera, name) + 0.5) * scale - 0.5 for name in ("cx", "cy")}
    return replace(camera, width=width, height=round(camera.height * scale), **lengths, **centre)


def documents(exo, ego):
    """Both as in clip.json."""
    ego_document = {key: float(value) if isinstance(value, np.floating) else value for key, value in ego.to_json().items()}
    del ego_document["image_circle_radius"]
    ego_document["photometric"] = None
    return {key: float(value) if isinstance(value, np.floating) else value for key, value in exo.to_json().items()}, ego_document


def camera_rays(camera):
    """Unit directions in the camera's own axes, float32 (H, W, 3), one for each pixel of the *upright* picture.

    Zero where the lens sees nothing: beyond the angle at which its polynomial folds back.
    """
    turns = getattr(camera, "rotate_clockwise_degrees", 0) // 90
    y, x = np.mgrid[:camera.height, :camera.width].astype(float)
    rays = camera.unproject(x.ravel(), y.ravel())
    rays /= np.linalg.norm(rays, axis=1, keepdims=True)
    if isinstance(camera, Fisheye624Camera):
        # Tangential and prism terms move a pixel by well under a hundredth of the focal length.
        beyond = np.hypot(x - camera.cx, y - camera.cy).ravel() > (_largest_radius(camera.radial) - 0.01) * camera.f
        rays[beyond] = 0
    return np.ascontiguousarray(np.rot90(rays.reshape(camera.height, camera.width, 3), -turns), np.float32)


def _largest_radius(radial):
    """The largest distance from the principal point, in focal lengths, before the polynomial folds back."""
    theta = np.linspace(0, np.pi, 4001)
    distorted = theta * (1 + sum(coefficient * theta ** (2 * k + 2) for k, coefficient in enumerate(radial)))
    falling = np.flatnonzero(np.diff(distorted) <= 0)
    return distorted[falling[0]] if len(falling) else distorted[-1]
