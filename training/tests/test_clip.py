"""A tiny clip, rendered whole, checked as a user of the folder would."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from egoworld import clip_folder
from egoworld.cameras import Fisheye624Camera, PinholeCamera, turn_picture
from egoworld.clip_folder import ClipFolder, VideoWriter, quantised, read_video
from egoworld.errors import FfmpegMissing, SizeNotUsable
from egoworld.filming import Filming

WIDTH, HEIGHT = 256, 160


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny")
    writer = ClipFolder(folder, Filming(WIDTH, HEIGHT, 2, seed=3, samples=1), depth_step_millimetres=4, exo_quality=8, ego_quality=8)
    for frame in range(2):
        writer.add(frame)
    writer.close("tiny", "test")
    return folder


def test_clip_json_has_the_agreed_keys(clip):
    document = json.loads((clip / "clip.json").read_text())
    assert set(document) >= {"name", "fps", "frames", "exo", "ego", "depth"}
    assert document["frames"] == 2 and document["fps"] == 30
    assert set(document["exo"]) >= {"model", "width", "height", "fx", "fy", "cx", "cy", "world_to_camera"}
    assert set(document["ego"]) >= {"model", "width", "height", "f", "cx", "cy", "radial", "tangential", "thin_prism",
                                    "rotate_clockwise_degrees", "photometric", "world_to_camera"}
    assert document["ego"]["photometric"] is None
    assert document["depth"] == {"file": "depth.mkv", "unit": "millimetre", "kind": "z", "invalid": 0}
    assert np.shape(document["exo"]["world_to_camera"]) == (3, 4)
    assert np.shape(document["ego"]["world_to_camera"]) == (2, 3, 4)
    assert [len(document["ego"][k]) for k in ("radial", "tangential", "thin_prism")] == [6, 2, 4]


def test_videos_have_every_frame_and_the_circle_is_black_outside(clip):
    assert read_video(clip / "exo.mp4", WIDTH, HEIGHT).shape[0] == 2
    ego = read_video(clip / "ego_truth.mp4", HEIGHT, HEIGHT)
    assert ego.shape[0] == 2 and ego[:, :6, :6].max() < 8 and ego[:, 60:100, 60:100].mean() > 40
    depth = read_video(clip / "depth.mkv", WIDTH, HEIGHT, "gray16le")
    assert depth.shape[0] == 2 and 800 < depth.min() and depth.max() < 7000


def reprojected(folder, frame):
    """Colours (N, 3) of exo pixels and of the ego pixels that see the same points, by clip.json and the files alone."""
    document = json.loads((folder / "clip.json").read_text())
    keys = {k: v for k, v in document["exo"].items() if k not in ("model", "world_to_camera")}
    exo_camera = PinholeCamera(**keys)
    keys = {k: v for k, v in document["ego"].items() if k not in ("model", "world_to_camera", "photometric")}
    ego_camera = Fisheye624Camera(**keys)
    width, height, side = exo_camera.width, exo_camera.height, ego_camera.width
    exo = read_video(folder / "exo.mp4", width, height)[frame].reshape(-1, 3).astype(float)
    depth = read_video(folder / "depth.mkv", width, height, "gray16le")[frame].ravel() / 1000
    stored = read_video(folder / "ego_truth.mp4", side, side)[frame].astype(float)
    sensor = turn_picture(stored, -ego_camera.rotate_clockwise_degrees)
    exo_pose, ego_pose = np.array(document["exo"]["world_to_camera"]), np.array(document["ego"]["world_to_camera"][frame])
    y, x = np.mgrid[:height, :width].astype(float)
    local = exo_camera.unproject(x.ravel(), y.ravel()) * depth[:, None]
    world = (local - exo_pose[:, 3]) @ exo_pose[:, :3]
    seen = world @ ego_pose[:, :3].T + ego_pose[:, 3]
    front = seen[:, 2] > 0.1
    pixels = np.full((len(seen), 2), -1.0)
    pixels[front] = ego_camera.project(seen[front])
    near = np.hypot(pixels[:, 0] - ego_camera.cx, pixels[:, 1] - ego_camera.cy) < ego_camera.image_circle_radius - 2
    near &= (pixels > 1).all(1) & (pixels < side - 2).all(1)
    column, row = np.round(pixels[near]).astype(int).T
    # A point counts as seen when nothing from the exo view lies clearly nearer in the same 3x3 ego neighbourhood.
    nearest = np.full((side + 2, side + 2), np.inf)
    distance = np.linalg.norm(seen[near], axis=1)
    for dy in (0, 1, 2):
        for dx in (0, 1, 2):
            np.minimum.at(nearest, (row + dy, column + dx), distance)
    visible = distance < nearest[row + 1, column + 1] + 0.03
    return exo[near][visible], sensor[row[visible], column[visible]]


def test_exo_depth_carries_exo_colours_to_where_the_ego_camera_sees_them(clip):
    for frame in range(2):
        first, second = reprojected(clip, frame)
        assert len(first) > 1500
        difference = np.abs(first - second).mean(1)
        shuffled = np.abs(first - np.random.default_rng(0).permutation(second)).mean(1)
        assert np.median(difference) < 14, np.median(difference)
        assert np.median(difference) < 0.35 * np.median(shuffled)
        assert np.corrcoef(first.mean(1), second.mean(1))[0, 1] > 0.65  # the rest is hidden from the exo camera


def test_a_wrong_rotation_would_be_noticed(clip, tmp_path):
    for name in ("exo.mp4", "ego_truth.mp4", "depth.mkv"):
        (tmp_path / name).symlink_to(clip / name)
    document = json.loads((clip / "clip.json").read_text())
    for wrong in (0, 180, 270):
        document["ego"]["rotate_clockwise_degrees"] = wrong
        (tmp_path / "clip.json").write_text(json.dumps(document))
        first, second = reprojected(tmp_path, 0)
        assert np.median(np.abs(first - second).mean(1)) > 25


def test_the_same_seed_gives_the_same_pictures():
    first, second = (Filming(64, 64, 4, seed=5, samples=1).take(1) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, second))


def test_depth_steps_grow_with_distance():
    assert quantised(np.array([1.0035, 3.0, 5.02, np.inf]), 8).tolist() == [1000, 3008, 4992, 0]


def test_missing_ffmpeg_is_named(monkeypatch):
    monkeypatch.setattr(clip_folder.shutil, "which", lambda name: None)
    with pytest.raises(FfmpegMissing):
        clip_folder.require_ffmpeg()
    script = Path(__file__).parent.parent / "make_sample.py"
    done = subprocess.run([sys.executable, str(script), "--frames", "1", "--out", "/nonexistent/x"], env={"PATH": "/nonexistent"},
                          capture_output=True, text=True)
    assert done.returncode == 1 and "FfmpegMissing" in done.stderr and "Traceback" not in done.stderr


def test_odd_sizes_are_named(tmp_path):
    with pytest.raises(SizeNotUsable):
        VideoWriter(tmp_path / "x.mp4", 65, 64, "rgb24", clip_folder.colour_encoder(23))


def test_the_bundled_sample_agrees_with_itself():
    folder = Path(__file__).parents[2] / "samples" / "workbench"
    if not (folder / "clip.json").exists():
        pytest.skip("the sample has not been made")
    assert sum(f.stat().st_size for f in folder.iterdir()) <= 3.0e6
    frames = json.loads((folder / "clip.json").read_text())["frames"]
    for frame in (0, frames // 2, frames - 1):
        first, second = reprojected(folder, frame)
        assert np.median(np.abs(first - second).mean(1)) < 12
