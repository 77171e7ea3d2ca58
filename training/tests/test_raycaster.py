"""The C kernel against closed forms."""

import numpy as np
import pytest

from egoworld.analytic.primitives import Shapes, joined, moved, rotation_x, rotation_z
from egoworld.native import layout, library

TURN = rotation_z(0.7) @ rotation_x(0.4)
CENTRE = np.array([0.3, -0.2, 1.1])


def random_rays(count=4000, seed=3):
    random = np.random.default_rng(seed)
    origins = random.normal(0, 1, (count, 3))
    origins = CENTRE + 3 * origins / np.linalg.norm(origins, axis=1, keepdims=True)
    directions = CENTRE + random.normal(0, 0.35, (count, 3)) - origins
    return origins, directions / np.linalg.norm(directions, axis=1, keepdims=True)


def cast(shapes, origins, directions):
    distance, which = library.cast(shapes.records(), origins, directions)
    return np.where(which >= 0, distance, np.inf)


def agree(found, expected):
    """Rays that graze an edge may fall on either side of it."""
    same = np.isfinite(found) == np.isfinite(expected)
    assert same.mean() > 0.999
    both = np.isfinite(found) & np.isfinite(expected)
    assert both.sum() > 200
    assert np.quantile(np.abs(found[both] - expected[both]), 0.999) < 2e-3


def sphere(origins, directions, centre, radius):
    offset = origins - centre
    b, c = np.sum(offset * directions, 1), np.sum(offset**2, 1) - radius**2
    root = b * b - c
    return np.where(root > 0, -b - np.sqrt(np.maximum(root, 0)), np.inf)


def test_sphere_and_stretched_sphere():
    origins, directions = random_rays()
    shapes = Shapes()
    shapes.ellipsoid(CENTRE, (0.4, 0.4, 0.4), 0, TURN)
    agree(cast(shapes, origins, directions), sphere(origins, directions, CENTRE, 0.4))
    shapes, radii = Shapes(), np.array([0.2, 0.5, 0.35])
    shapes.ellipsoid(CENTRE, radii, 0, TURN)
    local, way = (origins - CENTRE) @ TURN / radii, directions @ TURN / radii
    size = np.linalg.norm(way, axis=1)
    agree(cast(shapes, origins, directions), sphere(local, way / size[:, None], np.zeros(3), 1) / size)


def test_box():
    origins, directions = random_rays()
    shapes, half = Shapes(), np.array([0.5, 0.2, 0.3])
    shapes.box(CENTRE, half, 0, TURN)
    local, way = (origins - CENTRE) @ TURN, directions @ TURN
    low, high = np.minimum((-half - local) / way, (half - local) / way), np.maximum((-half - local) / way, (half - local) / way)
    enter, leave = low.max(1), high.min(1)
    agree(cast(shapes, origins, directions), np.where(enter < leave, enter, np.inf))


def test_cylinder():
    origins, directions = random_rays()
    shapes, radius, height = Shapes(), 0.3, 0.7
    shapes.cylinder(CENTRE - TURN[:, 2] * height / 2, radius, height, 0, TURN)
    local, way = (origins - CENTRE) @ TURN, directions @ TURN
    a, b = np.sum(way[:, :2] ** 2, 1), np.sum(local[:, :2] * way[:, :2], 1)
    root = b * b - a * (np.sum(local[:, :2] ** 2, 1) - radius**2)
    side = np.where(root > 0, (-b - np.sqrt(np.maximum(root, 0))) / a, np.inf)
    on_side = np.abs(local[:, 2] + side * way[:, 2]) <= height / 2
    expected = np.where((root > 0) & on_side, side, np.inf)
    for end in (-height / 2, height / 2):
        t = (end - local[:, 2]) / way[:, 2]
        place = local[:, :2] + t[:, None] * way[:, :2]
        expected = np.minimum(expected, np.where(np.linalg.norm(place, axis=1) <= radius, t, np.inf))
    agree(cast(shapes, origins, directions), expected)


def test_rounded_cone_is_its_balls_along_the_axis():
    origins, directions = random_rays(1500)
    shapes, start, end, radii = Shapes(), CENTRE - (0.3, 0.1, 0.2), CENTRE + (0.2, 0.3, 0.1), (0.25, 0.1)
    shapes.cone(start, end, *radii, 0)
    share = np.linspace(0, 1, 800)
    expected = np.min([sphere(origins, directions, start + s * (end - start), radii[0] + s * (radii[1] - radii[0])) for s in share], axis=0)
    agree(cast(shapes, origins, directions), expected)


def test_one_ball_inside_the_other_is_still_a_ball():
    origins, directions = random_rays()
    shapes = Shapes()
    shapes.cone(CENTRE, CENTRE + (0, 0, 0.05), 0.4, 0.1, 0)
    found = cast(shapes, origins, directions)
    assert np.isfinite(found).mean() > 0.2
    assert not np.isnan(found).any()


def test_moved_shapes_are_met_where_they_went():
    origins, directions = random_rays()
    shapes = Shapes()
    shapes.box((0.1, 0, 0.2), (0.2, 0.3, 0.1), 0)
    shapes.cone((0, 0, 0), (0.3, 0, 0.3), 0.1, 0.05, 0)
    records = moved(shapes.records(), TURN, CENTRE)
    distance, which = library.cast(records, (origins - CENTRE) @ TURN @ TURN.T + CENTRE, directions)
    before, _ = library.cast(shapes.records(), (origins - CENTRE) @ TURN, directions @ TURN)
    hit = which >= 0
    assert hit.sum() > 200
    assert np.quantile(np.abs(distance - before)[hit], 0.99) < 1e-3


def scene(pattern="flat"):
    """A room of 4 x 6 x 3 metres with a red ball in the middle; the camera looks along y."""
    room = np.zeros((), layout.ROOM)
    room["low"], room["high"] = (-2, -3, 0), (2, 3, 3)
    room["ambient_above"] = room["ambient_below"] = 0.8
    materials = np.zeros(2, layout.MATERIAL)
    materials["pattern"], materials["scale"], materials["share"] = layout.PATTERN[pattern], 0.02, 0.5
    materials["a"], materials["b"], materials["c"] = 0.2, 0.9, 0.5
    materials[1]["pattern"], materials[1]["a"] = 0, (0.8, 0.05, 0.05)
    shapes = Shapes(tag=4)
    shapes.ellipsoid((0, 1, 1.5), (0.3, 0.3, 0.3), 1)
    view = np.zeros((), layout.VIEW)
    view["width"], view["height"], view["flag"] = 64, 48, layout.SEEN_BY_EXO
    view["gain"], view["contrast"], view["saturation"] = 1, 1, 1
    y, x = np.mgrid[:48, :64]
    rays = np.stack([(x - 31.5) / 40, (y - 23.5) / 40, np.ones_like(x)], -1)
    rays = (rays / np.linalg.norm(rays, axis=-1, keepdims=True)).astype(np.float32)
    pose = np.array([(1, 0, 0, 0), (0, 0, -1, 1.5), (0, 1, 0, 2)], float)  # at (0, -2, 1.5)
    view["world_to_camera"] = pose
    return room, shapes.records(), materials, np.zeros(0, layout.DECAL), np.zeros(0, layout.LIGHT), view, rays


def test_a_room_with_a_ball():
    room, shapes, materials, decals, lights, view, rays = scene()
    rgb, distance, tags = library.render(room, shapes, materials, decals, lights, view, rays)
    assert abs(distance[23, 31] - 2.7) < 0.01 and tags[23, 31] == 4 and rgb[23, 31, 0] > 2 * rgb[23, 31, 1]
    assert tags[0, 0] == 0
    # The far wall, five metres on, in depth along the axis.
    assert np.allclose((distance * rays[..., 2])[tags == 0].max(), 5, atol=1e-3)
    hidden = shapes.copy()
    hidden["flags"] = layout.SEEN_BY_EGO
    assert (library.render(room, hidden, materials, decals, lights, view, rays)[2] == 0).all()


def test_pixels_without_a_ray_stay_black():
    arguments = list(scene())
    arguments[-1] = arguments[-1].copy()
    arguments[-1][:10] = 0
    rgb, distance, _ = library.render(*arguments)
    assert (rgb[:10] == 0).all() and (distance[:10] == 0).all() and (distance[10:] > 0).all()


def test_a_picture_is_the_same_twice():
    room, shapes, materials, decals, lights, view, rays = scene()
    first = library.render(room, shapes, materials, decals, lights, view, rays)
    assert all((a == b).all() for a, b in zip(first, library.render(room, shapes, materials, decals, lights, view, rays)))


@pytest.mark.parametrize("pattern", layout.PATTERNS)
def test_patterns_are_colours_and_do_not_shimmer(pattern):
    """Seen from so far that a pixel spans many repeats, a pattern is nearly one colour."""
    material = scene(pattern)[2][:1]
    random = np.random.default_rng(1)
    points = random.uniform(-1, 1, (2000, 3))
    near = library.material_colours(material, points, points[:, :2], 0.0005)
    far = library.material_colours(material, points, points[:, :2], 2.0)
    assert np.isfinite(near).all() and (near > -1e-3).all() and (near < 4).all()
    if pattern not in ("gradient", "ball", "window", "flat"):  # those are as large as what they are on
        assert far.std(0).max() < 0.35 * near.std(0).max() + 0.02


def test_empty_scenes_are_rooms():
    room, shapes, materials, decals, lights, view, rays = scene()
    rgb, distance, tags = library.render(room, joined([]), materials, decals, lights, view, rays)
    assert (distance > 0).all() and (tags == 0).all() and rgb.std() >= 0
