"""What the geometry bias is made from: a ray per ego token, a world point per exo token, the ego camera's centre.

A token's ray is the mean of its pixels' rays, normalised; a pixel that the lens does not reach (outside the image circle,
or past where the lens is monotonic) has none, and a token without any has (0, 0, 0). A token's point is the mean of its
pixels that have depth, or NO_POINT. Pixels are those of the model's own picture size; the camera is scaled to it.
"""

import numpy as np

from egoworld.cameras import Fisheye624Camera, PinholeCamera, turn_picture

from .errors import TrainingError
from .geometry_bias import NO_POINT


def camera(document):
    """The camera of clip.json's `exo` or `ego`."""
    size = dict(width=document["width"], height=document["height"], cx=document["cx"], cy=document["cy"])
    if document["model"] == "pinhole":
        fx = document.get("fx", document.get("f"))
        return PinholeCamera(fx=fx, fy=document.get("fy", fx), **size)
    radial = {"fisheye624": "radial", "kannala_brandt4": "coefficients"}.get(document["model"])
    if radial is None or document.get("f", document.get("fx")) is None:
        raise TrainingError(f"a camera of model {document['model']}: expected pinhole, fisheye624 or kannala_brandt4 with f")
    return Fisheye624Camera(
        f=document.get("f", document.get("fx")), radial=(list(document[radial]) + [0.0] * 6)[:6],
        tangential=document.get("tangential", [0.0] * 2), thin_prism=document.get("thin_prism", [0.0] * 4),
        rotate_clockwise_degrees=document.get("rotate_clockwise_degrees", 0),
        image_circle_radius=document.get("image_circle_radius") or 0.0, **size)


def scaled(document, width, height):
    """The document of the same camera with its upright picture resized to width x height; pixel centres are whole numbers."""
    if document.get("rotate_clockwise_degrees", 0) % 180:
        width, height = height, width
    across, down = width / document["width"], height / document["height"]
    out = {**document, "width": width, "height": height, "cx": (document["cx"] + 0.5) * across - 0.5,
           "cy": (document["cy"] + 0.5) * down - 0.5}
    for key, scale in (("f", across), ("fx", across), ("fy", down), ("image_circle_radius", across)):
        if out.get(key):
            out[key] = document[key] * scale
    return out


def pixel_rays(document):
    """Unit camera-frame rays [H, W, 3] of the upright picture's pixels; zero where there is none."""
    lens = camera(document)
    y, x = np.mgrid[: lens.height, : lens.width].astype(float)
    x, y = x.ravel(), y.ravel()
    with np.errstate(all="ignore"):
        rays = lens.unproject(x, y)
        rays = rays / np.linalg.norm(rays, axis=-1, keepdims=True)
        good = np.isfinite(rays).all(-1)
    if isinstance(lens, Fisheye624Camera):
        good &= np.arccos(np.clip(rays[:, 2], -1, 1)) <= largest_angle(lens.radial)
        if lens.image_circle_radius:
            good &= np.hypot(x - lens.cx, y - lens.cy) <= lens.image_circle_radius
    rays = np.where(good[:, None], rays, 0.0).reshape(lens.height, lens.width, 3)
    return turn_picture(rays, getattr(lens, "rotate_clockwise_degrees", 0))


def largest_angle(radial):
    """The angle up to which the distorted angle grows, at most pi."""
    theta = np.arange(0, np.pi, 0.005)
    slope = 1 + sum((2 * i + 3) * k * theta ** (2 * i + 2) for i, k in enumerate(radial))
    falling = np.flatnonzero(slope <= 0.05)
    return theta[max(falling[0] - 1, 0)] if len(falling) else np.pi


def token_sums(values, side):
    """[H, W, C] to the sums over squares: [H/side * W/side, C]."""
    height, width, channels = values.shape
    return values.reshape(height // side, side, width // side, side, channels).sum((1, 3)).reshape(-1, channels)


class TokenGeometry:
    """Makes the three for one pair of cameras. `side`: pixels along one side of a token."""

    def __init__(self, exo_document, ego_document, exo_size, ego_size, side):
        """Sizes are the model's (width, height)."""
        self.side = side
        self.ego_rays = token_sums(pixel_rays(scaled(ego_document, *ego_size)), side)  # their mean's direction is their sum's
        rays = pixel_rays(scaled(exo_document, *exo_size))
        with np.errstate(all="ignore"):
            self.exo_rays = np.where(rays[..., 2:] > 0.02, rays / rays[..., 2:], 0.0)  # times depth: the point

    def rays(self, ego_world_to_camera):
        """[n, 3] float32 unit world rays, or zero."""
        rays = self.ego_rays @ ego_world_to_camera[:, :3]
        length = np.linalg.norm(rays, axis=-1, keepdims=True)
        return np.where(length > 1e-6, rays / np.maximum(length, 1e-6), 0).astype(np.float32)

    def centre(self, ego_world_to_camera):
        """[3] float32."""
        return (-ego_world_to_camera[:, :3].T @ ego_world_to_camera[:, 3]).astype(np.float32)

    def points(self, depth_millimetres, exo_world_to_camera):
        """[m, 3] float32 world points of a depth picture [H, W] (0: none)."""
        depth = depth_millimetres[..., None] / 1000.0
        has = (depth > 0) & (self.exo_rays[..., 2:] > 0)
        count = token_sums(has.astype(float), self.side)
        local = token_sums(np.where(has, self.exo_rays * depth, 0), self.side) / np.maximum(count, 1)
        world = (local - exo_world_to_camera[:, 3]) @ exo_world_to_camera[:, :3]
        return np.where(count > 0, world, NO_POINT).astype(np.float32)
