"""Lens and pose conventions."""

import numpy as np

from egoworld.cameras import Fisheye624Camera, look_at, turn_picture, turn_sensor
from egoworld.stage import ego_camera


def pixels_inside(camera, step=7):
    y, x = np.mgrid[:camera.height:step, :camera.width:step].astype(float)
    inside = np.hypot(x - camera.cx, y - camera.cy) <= camera.image_circle_radius
    return x[inside], y[inside]


def test_fisheye_pixels_survive_a_round_trip():
    camera = ego_camera(448)
    x, y = pixels_inside(camera)
    back = camera.project(camera.unproject(x, y))
    assert np.abs(back - np.stack([x, y], 1)).max() <= 1e-4


def test_fisheye_rays_are_unit_and_ahead():
    camera = ego_camera(448)
    rays = camera.unproject(*pixels_inside(camera))
    assert np.allclose(np.linalg.norm(rays, axis=1), 1)
    assert rays[:, 2].min() > 0


def test_fisheye_follows_the_published_definition_at_one_point():
    camera = Fisheye624Camera(448, 448, 194.0, 223.5, 223.5, [0.1, 0, 0, 0, 0, 0], [0.01, 0.02], [0.03, 0.04, 0.05, 0.06])
    a, b = 0.5, -0.3
    r = np.hypot(a, b)
    theta = np.arctan(r)
    u, v = theta * (1 + 0.1 * theta**2) / r * np.array([a, b])
    q = u * u + v * v
    dot = u * 0.01 + v * 0.02
    expected = [194 * (u + 2 * u * dot + q * 0.01 + 0.03 * q + 0.04 * q**2) + 223.5,
                194 * (v + 2 * v * dot + q * 0.02 + 0.05 * q + 0.06 * q**2) + 223.5]
    assert np.allclose(camera.project(np.array([[a, b, 1.0]]))[0], expected)


def test_a_turned_sensor_stores_an_upright_picture():
    """A point seen up and to the right by an upright camera ends up and to the right in the stored picture."""
    camera = Fisheye624Camera(448, 448, 194.0, 223.5, 223.5)
    upright = look_at(np.array([0.0, 0.0, 1.0]), [0.0, 1.0, 1.0])
    sensor = turn_sensor(upright, 90)
    point = np.array([0.3, 1.0, 1.2, 1.0])  # right of and above the line of sight
    x, y = camera.project((sensor @ point)[None])[0]
    picture = np.zeros((448, 448))
    picture[round(y), round(x)] = 1
    row, column = np.argwhere(turn_picture(picture, 90))[0]
    assert row < 223 and column > 223
    assert np.isclose(np.linalg.det(sensor[:, :3]), 1)


def test_look_at_is_upright_with_y_down():
    pose = look_at(np.array([1.0, 2.0, 3.0]), [1.0, 5.0, 2.0])
    assert np.allclose(pose[:, :3] @ pose[:, :3].T, np.eye(3))
    assert pose[1, 2] < 0  # world up is camera -y
    assert np.allclose(pose @ [1.0, 2.0, 3.0, 1.0], 0)
