"""Rays, points and centres of tokens, from cameras as the clips describe them."""

import json
from pathlib import Path

import numpy as np

from egomodel.fixtures import token_geometry
from egomodel.geometry_bias import NO_POINT
from egomodel.geometry_tokens import TokenGeometry, camera, pixel_rays, scaled
from egoworld.cameras import look_at, turn_sensor
from egoworld.stage import ego_camera

EXO = {"model": "pinhole", "width": 64, "height": 32, "fx": 40.0, "fy": 40.0, "cx": 31.5, "cy": 15.5}
EGO = {**ego_camera(448).to_json(), "rotate_clockwise_degrees": 90}


def test_a_token_looks_where_its_pixels_do():
    """A point's upright pixel lies in the token whose ray is the nearest to the direction to it, for a turned fisheye sensor."""
    made = TokenGeometry(EXO, EGO, (64, 32), (64, 64), 16)
    pose = turn_sensor(look_at(np.array([0.1, 0.2, 1.5]), [0.4, 2.0, 1.0]), 90)
    rays, centre = made.rays(pose), made.centre(pose)
    assert np.allclose(centre, [0.1, 0.2, 1.5], atol=1e-6)
    lens = camera(scaled(EGO, 64, 64))
    for point in ([0.9, 2.0, 1.2], [-0.2, 1.5, 0.4], [0.4, 2.0, 1.9]):
        x, y = lens.project((pose[:, :3] @ point + pose[:, 3])[None])[0]
        row, column = x, 63 - y  # turned clockwise by a quarter
        direction = (point - centre) / np.linalg.norm(point - centre)
        assert np.argmax(rays @ direction) == int((row + 0.5) // 16) * 4 + int((column + 0.5) // 16)


def test_pixels_outside_the_image_circle_have_no_ray():
    rays = pixel_rays(scaled(EGO, 64, 64))
    assert not rays[0, 0].any() and np.isclose(np.linalg.norm(rays[32, 32]), 1)
    assert np.allclose(rays[31:33, 31:33].mean((0, 1)), [0, 0, 1], atol=0.02)


def test_points_are_the_mean_of_what_has_depth():
    made = TokenGeometry(EXO, EGO, (64, 32), (64, 64), 16)
    depth = np.full((32, 64), 2000, np.uint16)
    depth[:16, :16] = 0
    depth[:16, 16:24] = 0
    pose = look_at(np.array([0.0, 0.0, 1.0]), [0.0, 1.0, 1.0])
    points = made.points(depth, pose)
    assert (points[0] == NO_POINT).all()
    x, y = np.arange(24, 32).mean(), np.arange(16).mean()
    assert np.allclose(points[1], [(x - 31.5) / 40 * 2, 2.0, 1.0 - (y - 15.5) / 40 * 2], atol=1e-5)


def test_a_camera_is_scaled_with_its_picture():
    double = scaled(EGO, 896, 896)
    assert np.isclose(double["f"], 2 * EGO["f"]) and np.isclose(double["image_circle_radius"], 2 * EGO["image_circle_radius"])
    small, large = pixel_rays(scaled(EGO, 32, 32)), pixel_rays(scaled(EGO, 64, 64))
    centres = large.reshape(32, 2, 32, 2, 3).mean((1, 3))
    assert np.abs(centres[8:24, 8:24] - small[8:24, 8:24]).max() < 2e-3


def test_tokens_are_those_that_the_product_is_held_against():
    document = json.loads((Path(__file__).parents[2] / "Tests/NetworksTests/Fixtures/token-geometry.json").read_text())
    found = token_geometry.made(document)
    assert np.allclose(found["rays"], document["rays"], atol=2e-5) and np.allclose(found["centre"], document["centre"], atol=2e-5)
    assert found["points"][0] is None and document["points"][0] is None
    assert np.allclose(found["points"][1:], document["points"][1:], atol=2e-5)
