"""What the exo camera sees of an ego picture, on the stand-in's wall and ball, whose places are known."""

import numpy as np

from egomodel.dataset import cameras_of
from egomodel.standin import standin_clip
from egomodel.visibility import seen_by_exo


def test_what_is_visible_looks_the_same_and_what_a_ball_hides_is_not():
    clip = standin_clip(0, frames=8, width=128)
    cameras = cameras_of(clip)
    for frame in (0, 7):
        visible, colours = seen_by_exo(cameras, frame, clip["ego_depth"][frame], clip["exo_depth_true"][frame], clip["exo"][frame])
        error = np.abs(colours - clip["ego"][frame])[visible].mean(-1)
        # Between two checks a colour looked up is of both; nearly everywhere it is the one.
        assert visible.mean() > 0.3 and np.median(error) < 3 and (error > 30).mean() < 0.15
        # Rows that the low exo picture does not reach.
        assert not visible[:8].any() and not visible[-8:].any()
    wall = clip["ego_tags"][0] != 4
    hidden = wall & ~seen_by_exo(cameras, 0, clip["ego_depth"][0], clip["exo_depth_true"][0], clip["exo"][0])[0]
    nearer = np.where(clip["exo_depth_true"][0] < 2900, 3000, clip["exo_depth_true"][0]).astype(np.uint16)
    without = wall & ~seen_by_exo(cameras, 0, clip["ego_depth"][0], nearer, clip["exo"][0])[0]
    assert hidden.sum() > without.sum() + 50


def test_a_pose_that_is_off_sees_something_else():
    clip = standin_clip(0, frames=1, width=128)
    cameras = cameras_of(clip)
    cameras.ego_world_to_camera[:, 2, 3] += 0.5
    visible, _ = seen_by_exo(cameras, 0, clip["ego_depth"][0], clip["exo_depth_true"][0], clip["exo"][0])
    assert visible.mean() < 0.02
