"""Small clips in the training format that need no renderer: a checkered wall and a moving ball. For tests, and to try a stage."""

import json

import numpy as np

from egoworld.analytic.clip import exo_height


def standin_clip(seed, frames=32, width=256):
    """The arrays of a clip; the ego camera stands beside the exo camera and both look along y."""
    random = np.random.default_rng(seed)
    height = exo_height(width)
    colours = random.uniform(0.2, 0.9, (3, 3))
    exo_pose = np.array([[1.0, 0, 0, 0], [0, 0, -1, 0], [0, 1, 0, 0]])
    exo_camera = {"model": "pinhole", "width": width, "height": height, "fx": 0.6 * width, "fy": 0.6 * width, "cx": (width - 1) / 2,
                  "cy": (height - 1) / 2}
    ego_camera = {"model": "pinhole", "width": width, "height": width, "fx": 0.5 * width, "fy": 0.5 * width, "cx": (width - 1) / 2,
                  "cy": (width - 1) / 2}
    side = np.array([0.3, 0.0, 0.0])
    ball = np.stack([np.linspace(-0.4, 0.6, frames), np.full(frames, 1.6), random.uniform(-0.2, 0.2) + 0.2 * np.sin(np.arange(frames) / 5)], -1)
    out = {"exo": [], "ego": [], "exo_depth": [], "ego_depth": [], "ego_tags": [], "coverage": []}
    for n in range(frames):
        for name, camera, centre in (("exo", exo_camera, np.zeros(3)), ("ego", ego_camera, side)):
            picture, depth, tags = draw(camera, centre, ball[n], colours)
            out[name].append(picture)
            out[f"{name}_depth"].append(depth)
            if name == "ego":
                out["ego_depth"][-1] = along_rays(camera, depth)
                out["ego_tags"].append(tags)
                covered = np.full(tags.shape, 255, np.uint8)
                covered[:, -width // 4:] = 0
                out["coverage"].append(covered)
    clip = {name: np.stack(values) for name, values in out.items()}
    ego_pose = np.concatenate([exo_pose[:, :3], -(exo_pose[:, :3] @ side)[:, None]], 1)
    noisy = np.clip(clip["ego"] + random.normal(0, 12, clip["ego"].shape), 0, 255).astype(np.uint8)
    covered = (clip["coverage"] > 0)[..., None]
    clip |= {"prior": np.where(covered, noisy, 0).astype(np.uint8), "filled": np.where(covered, noisy, 128).astype(np.uint8),
             "exo_depth_true": clip["exo_depth"], "exo_tags": np.zeros(clip["exo_depth"].shape, np.uint8)}
    poses = {"exo_world_to_camera": exo_pose, "ego_world_to_camera": ego_pose, "ego_world_to_camera_true": ego_pose}
    clip |= {name: np.repeat(pose[None], frames, 0).astype(np.float32) for name, pose in poses.items()}
    return clip | {"exo_camera": np.array(json.dumps(exo_camera)), "ego_camera": np.array(json.dumps(ego_camera)), "fps": np.array(15.0),
                   "action": np.array("A ball rolls by."), "seed": np.array(seed), "version": np.array(1)}


def along_rays(camera, depth):
    """Depth as clips have it of their ego view: millimetres along each pixel's ray."""
    y, x = np.mgrid[: camera["height"], : camera["width"]].astype(float)
    return (depth * np.sqrt(1 + ((x - camera["cx"]) / camera["fx"]) ** 2 + ((y - camera["cy"]) / camera["fy"]) ** 2)).astype(np.uint16)


def draw(camera, centre, ball, colours):
    """Colour, depth in millimetres and tags of a wall at y = 3 and a ball, from a camera at `centre` that looks along y."""
    y, x = np.mgrid[: camera["height"], : camera["width"]].astype(float)
    rays = np.stack([(x - camera["cx"]) / camera["fx"], np.ones_like(x), -(y - camera["cy"]) / camera["fy"]], -1)
    wall = centre + rays * 3.0
    checks = (np.floor(wall[..., 0] * 2) + np.floor(wall[..., 2] * 2)).astype(int) % 2
    a, b = (rays * rays).sum(-1), -(rays * (ball - centre)).sum(-1)
    inside = b * b - a * (((ball - centre) ** 2).sum() - 0.25**2)
    hit = inside > 0
    distance = np.where(hit, (-b - np.sqrt(np.maximum(inside, 0))) / a, 3.0)
    shade = np.where(hit, 0.5 + 2 * (centre[2] + rays[..., 2] * distance - ball[2]), 1.0)[..., None]
    colour = np.where(hit[..., None], colours[2], colours[checks]) * np.clip(shade, 0.2, 1)
    return (colour * 255).astype(np.uint8), (distance * 1000).astype(np.uint16), np.where(hit, 4, 0).astype(np.uint8)


def write_standins(folder, count, frames=32, width=256):
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(count):
        np.savez(folder / f"clip_{seed:08d}.npz", **standin_clip(seed, frames, width))
