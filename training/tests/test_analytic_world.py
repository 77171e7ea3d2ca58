"""Worlds, clips and the folder they are kept in."""

import json

import numpy as np
import pytest

from egoworld.analytic import lenses, make_dataset
from egoworld.analytic.clip import make_clip, shapes_of
from egoworld.analytic.dataset import BadClip, check_clip, clip_path, make_one, write_clip
from egoworld.analytic.degrade import DepthFaults, PictureFaults, PoseFaults
from egoworld.analytic.world import NotFilmable, World
from egoworld.errors import PriorRefused, SizeNotUsable
from egoworld.hand_joints import curl_around, finger_joints, palm_gap
from egoworld.product_prior import ProductPrior, library_path, load
from toys import corrupted

needs_library = pytest.mark.skipif(library_path() is None, reason="libegoprior.so is not built (make prior-library)")
SMALL = dict(frames=4, width=64)


def a_world(seed, width=96, seconds=2.0):
    for attempt in range(20):
        try:
            return World(np.random.default_rng([seed, attempt]), seconds, width, width * 9 // 16, width)
        except NotFilmable:
            continue
    raise AssertionError("no usable draw")


@pytest.fixture(scope="module")
def clip():
    return make_clip(5, **SMALL)[0]


# Lenses

def test_rays_project_back_onto_their_pixels():
    random = np.random.default_rng(2)
    for camera in (lenses.exo_camera(random, 256, 144), lenses.ego_camera(random, 256)):
        turns = getattr(camera, "rotate_clockwise_degrees", 0) // 90
        rays = np.rot90(lenses.camera_rays(camera), turns)  # as on the sensor
        y, x = np.mgrid[:camera.height, :camera.width]
        seen = rays[..., 2] > 0.05
        off = camera.project(rays[seen].astype(float)) - np.stack([x, y], -1)[seen]
        assert np.abs(off).max() < 5e-3
        lit = np.linalg.norm(rays, axis=-1)
        assert np.allclose(lit[lit > 0], 1, atol=1e-5)
        assert (lit > 0).mean() > 0.9


def test_the_ego_lens_sees_a_turned_sensor_upright():
    camera = lenses.ego_camera(np.random.default_rng(0), 128)
    rays = lenses.camera_rays(camera)
    # The sensor's x axis points down in the upright picture: later rows look along +x.
    assert rays[100, 64, 0] > 0.2 > -0.2 > rays[28, 64, 0]


# Worlds

def test_a_seed_gives_one_world():
    first, second = a_world(11).draw(0.5), a_world(11).draw(0.5)
    for (a, pose_a), (b, pose_b) in zip(first, second):
        assert all((x == y).all() for x, y in zip(a, b))
        assert (pose_a == pose_b).all()


def test_poses_are_rigid_and_agree_in_both_frames():
    world = a_world(3)
    for pose in world.poses(1.0):
        published = world.in_frame(pose)
        assert np.allclose(published[:, :3] @ published[:, :3].T, np.eye(3), atol=1e-9)
        turn, shift = world.frame
        point = np.array([0.3, -0.4, 1.2])
        assert np.allclose(published @ [*(turn @ point + shift), 1], pose @ [*point, 1])


def test_the_two_views_show_one_scene():
    """A static point that the exo camera sees and the ego camera sees too has the ego camera's distance."""
    world = a_world(21, 128)
    (exo, exo_pose), (ego, ego_pose) = world.draw(0.7)
    along = world.exo_view.rays
    points = (along * exo[1][..., None]).reshape(-1, 3)
    points = (points - exo_pose[:, 3]) @ exo_pose[:, :3]
    local = points @ ego_pose[:, :3].T + ego_pose[:, 3]
    local = local[local[:, 2] > 0.3 * np.linalg.norm(local, axis=1)]
    pixel = np.rint(world.ego.project(local)).astype(int)
    inside = ((pixel >= 1) & (pixel < 127)).all(1)
    sensor_distance = np.rot90(ego[1], 1)
    found = sensor_distance[pixel[inside, 1], pixel[inside, 0]]
    true = np.linalg.norm(local[inside], axis=1)
    # Hidden points are farther than what the ego camera sees; none is much nearer.
    assert inside.sum() > 50
    assert (true < found * 0.9 - 0.1).mean() < 0.05
    assert (np.abs(true - found) < 0.05 * found + 0.03).mean() > 0.2


def test_the_wearers_own_head_is_not_in_their_view():
    world = a_world(8)
    (exo, _), (ego, _) = world.draw(0.2)
    assert ego[1][ego[1] > 0].min() > 0.05


def test_a_fist_closes_round_what_it_holds():
    for radius in (0.02, 0.035, 0.05):
        joints = finger_joints(curl_around(radius))[:3, :, 1:]
        assert np.linalg.norm(joints - (0.085, palm_gap(radius)), axis=-1).min() > radius
    assert curl_around(0.02) > curl_around(0.045)


# Degradation

def flat_depth(metres=3.0):
    depth = np.full((72, 128), metres, np.float32)
    depth[20:50, 40:90] = 1.5
    return depth


def test_perfect_depth_is_only_rounded():
    depth = flat_depth() + np.linspace(0, 0.3, 128, dtype=np.float32)
    depth[0] = 0
    given = DepthFaults(np.random.default_rng(0), 72, 128, perfect=True).apply(depth)
    assert given.dtype == np.uint16 and (given[0] == 0).all()
    assert np.abs(given[1:] / 1000 - depth[1:]).max() <= 0.00051


def test_faulty_depth_is_off_but_not_absurd():
    errors, holes, flicker = [], [], []
    for seed in range(40):
        faults = DepthFaults(np.random.default_rng(seed), 72, 128, perfect=False)
        first, second = faults.apply(flat_depth()), faults.apply(flat_depth())
        middle = first[32:36, 60:64]
        assert first.dtype == np.uint16
        if (middle > 0).any():
            errors.append(np.median(middle[middle > 0]) / 1500 - 1)
        holes.append((first == 0).mean())
        both = (first > 0) & (second > 0)
        flicker.append(np.abs(first[both].astype(float) - second[both]).mean())
    assert 0.01 < np.std(errors) < 0.08 and np.abs(errors).max() < 0.3
    assert np.max(holes) < 0.4 and 0 < np.mean(np.array(holes) > 0) < 0.9
    assert 0 < np.median(flicker) < 100


def test_edges_bleed():
    mixed = 0
    for seed in range(20):
        given = DepthFaults(np.random.default_rng(seed), 72, 128, perfect=False).apply(flat_depth())
        edge = given[35, 36:44].astype(float)
        mixed += ((edge > 1750) & (edge < 2600)).any()
    assert 8 <= mixed <= 19


def test_pose_faults_are_rigid_and_as_large_as_said():
    pose = np.eye(4)[:3]
    offs = []
    for seed in range(30):
        faults = PoseFaults(np.random.default_rng(seed), 0.03, 1.5)
        given = [faults.apply(pose) for _ in range(20)]
        assert np.allclose(given[0][:, :3] @ given[0][:, :3].T, np.eye(3), atol=1e-9)
        offs.append(np.linalg.norm(given[0][:, 3]))
        assert np.linalg.norm(given[0][:, 3] - given[-1][:, 3]) < 0.03
    assert 0.01 < np.mean(offs) < 0.05
    assert np.allclose(PoseFaults(np.random.default_rng(0), 0, 0).apply(pose), pose)


def test_picture_faults_keep_the_picture():
    picture = np.tile(np.linspace(30, 220, 128, dtype=np.uint8)[None, :, None], (72, 1, 3))
    for seed in range(8):
        given = PictureFaults(np.random.default_rng(seed)).apply(picture)
        assert given.shape == picture.shape and given.dtype == np.uint8
        assert np.abs(given.astype(int) - picture).mean() < 8


# Clips

@needs_library
def test_a_clip_has_every_array(clip, tmp_path):
    path = clip_path(tmp_path, 5)
    write_clip(path, clip)
    check_clip(path, **SMALL)
    assert not list(tmp_path.glob(".*"))
    with np.load(path) as read:
        assert set(read.files) == set(shapes_of(**SMALL))
        exo, ego = json.loads(str(read["exo_camera"])), json.loads(str(read["ego_camera"]))
        assert exo["model"] == "pinhole" and (exo["width"], exo["height"]) == (64, 32)
        assert ego["model"] == "fisheye624" and ego["rotate_clockwise_degrees"] == 90
        assert str(read["action"]).startswith("The person") and int(read["seed"]) == 5
        assert set(np.unique(read["coverage"])) <= {0, 255}
        assert (read["prior"][read["coverage"] == 0] == 0).all()
        assert (read["ego_tags"] <= 5).all() and (read["exo_tags"] <= 5).all()
        seen = read["ego_depth"] > 0
        assert ((read["coverage"] > 0) & ~seen).mean() < 0.01  # the lens's edge


@needs_library
def test_a_seed_gives_one_clip(clip):
    again, _ = make_clip(5, **SMALL)
    for name, array in clip.items():
        assert (again[name] == array).all(), name


@needs_library
def test_broken_clips_are_named(clip, tmp_path):
    path = clip_path(tmp_path, 5)
    write_clip(path, clip)
    whole = path.read_bytes()
    path.write_bytes(whole[:len(whole) // 2])
    with pytest.raises(BadClip, match=path.name):
        check_clip(path, **SMALL)
    path.write_bytes(b"")
    with pytest.raises(BadClip, match="cannot be read"):
        check_clip(path, **SMALL)
    for file in corrupted(whole).values():
        path.write_bytes(file)
        with pytest.raises(BadClip, match=f"{path.name}: (cannot be read .*Error: |exo.npy is cut short)"):
            check_clip(path)
    write_clip(path, clip | {"exo": np.zeros((2, 3))})
    with pytest.raises(BadClip, match=r"exo is \(2, 3\), expected frames"):
        check_clip(path)
    write_clip(path, {name: array for name, array in clip.items() if name != "ego_tags"})
    with pytest.raises(BadClip, match="ego_tags is missing"):
        check_clip(path, **SMALL)
    write_clip(path, clip | {"version": np.array(99)})
    with pytest.raises(BadClip, match="version 99"):
        check_clip(path, **SMALL)
    write_clip(path, clip)
    with pytest.raises(BadClip, match="expected"):
        check_clip(path, frames=8, width=64)
    make_one(tmp_path, 5, **SMALL)
    check_clip(path, **SMALL)


@needs_library
def test_whole_clips_of_another_size_are_not_made_again(clip, tmp_path):
    path = clip_path(tmp_path, 5)
    write_clip(path, clip)
    before = path.read_bytes()
    asked = make_dataset.arguments(["--out", str(tmp_path), "--clips", "1", "--seed", "5", "--frames", "8", "--width", "128"])
    frames, width = SMALL["frames"], SMALL["width"]
    with pytest.raises(SizeNotUsable, match=f"has {frames} frames, {width} pixels wide; asked for are 8, 128 wide"):
        make_dataset.run(asked)
    assert path.read_bytes() == before


# The product's prior

@needs_library
def test_a_library_is_found_by_a_name_without_a_folder(tmp_path, monkeypatch):
    (tmp_path / "libnamed.so").symlink_to(library_path())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EGOPRIOR_LIBRARY", "libnamed.so")
    assert load().egoprior_create


def pinhole(size):
    width, height = size
    return {"model": "pinhole", "width": width, "height": height, "fx": width * 0.8, "fy": width * 0.8, "cx": (width - 1) / 2, "cy": (height - 1) / 2}


@needs_library
def test_the_prior_of_the_exo_camera_itself_is_its_own_picture():
    random = np.random.default_rng(0)
    picture = np.repeat(np.repeat(random.integers(0, 255, (9, 16, 3), np.uint8), 8, 0), 8, 1)
    depth = np.full((72, 128), 2000, np.uint16)
    pose = np.eye(4)[:3]
    with ProductPrior(pinhole((128, 72)), pinhole((128, 72))) as engine:
        for _ in range(2):
            prior, coverage, filled = engine.push(picture, depth, pose, pose)
        assert (coverage == 255).mean() > 0.97
        assert np.abs(prior[coverage > 0].astype(int) - picture[coverage > 0]).mean() < 8
        assert (filled[coverage > 0] == prior[coverage > 0]).all()
        engine.forget()
        prior, coverage, _ = engine.push(picture, depth * 0, pose, pose)
        assert (coverage == 0).all() and (prior == 0).all()


@needs_library
def test_the_library_refuses_in_words():
    with pytest.raises(PriorRefused, match="exo.model"):
        ProductPrior(pinhole((128, 72)) | {"model": "pinhoel"}, pinhole((64, 64)))
    with ProductPrior(pinhole((128, 72)), pinhole((64, 64))) as engine:
        with pytest.raises(PriorRefused, match="do not fit"):
            engine.push(np.zeros((10, 10, 3), np.uint8), np.zeros((10, 10), np.uint16), np.eye(4)[:3], np.eye(4)[:3])
        with pytest.raises(PriorRefused, match="ego_world_to_camera"):
            engine.push(np.zeros((72, 128, 3), np.uint8), np.zeros((72, 128), np.uint16), np.eye(4)[:3], np.full((3, 4), np.nan))


@needs_library
def test_the_prior_of_true_depth_lies_on_the_truth():
    """All conventions at once: where the exo camera saw what the ego camera sees, the engine puts its colour there."""
    world = a_world(31, 128)
    exo_document, ego_document = lenses.documents(world.exo, world.ego)
    with ProductPrior(exo_document, ego_document) as engine:
        for n in range(3):
            (exo, exo_pose), (ego, ego_pose) = world.draw(n / 15)
            depth = np.rint(exo[1] * world.exo_view.rays[..., 2] * 1000).astype(np.uint16)
            prior, coverage, _ = engine.push(exo[0], depth, world.in_frame(exo_pose), world.in_frame(ego_pose))
    known = (coverage > 0) & (ego[2] == 0) & (ego[1] > 0)
    assert known.mean() > 0.1
    error = lambda truth: np.median(np.abs(prior[known].astype(int) - truth[known]).max(-1))
    assert error(ego[0]) < 0.5 * min(error(ego[0][:, ::-1]), error(ego[0][::-1]), error(np.rot90(ego[0])), error(np.roll(ego[0], 8, 0)))
