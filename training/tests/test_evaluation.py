"""What a model is judged by: every evaluation runs on a toy, and its figures are what they say."""

import json
import shutil
import sys

import numpy as np
import pytest
import torch
from skimage import metrics

from egomodel import bounds, card, clip_folders, evaluate, export, hand_segmenter, hands, losses, product, steadiness
from egomodel.bars import BARS, measured
from egomodel.dataset import Clips
from egomodel.errors import NoUsableClips
from egomodel.judging import Judged, JudgingOptions
from egomodel.options import main
from egomodel.pictures import bytes_to_tensor, to_bytes
from egomodel.playing import Player, forth_and_back
from egomodel.scores import HAND, Scores
from egomodel.texture import texture_distance
from egoworld.clip_folder import read_video
from egoworld.product_prior import library_path


@pytest.fixture
def given(run, clips, tmp_path):
    """Options of an evaluation on a copy of the toy run that may be written to."""
    if library_path() is None:
        pytest.skip("libegoprior.so, which composes what is shown, is not built (make prior-library)")
    for path in run.iterdir():
        (tmp_path / path.name).symlink_to(path)
    return dict(run=tmp_path, clips=clips)


def test_evaluate_writes_rows_gains_and_bars(given, capsys):
    evaluate.run(evaluate.EvaluateOptions(**given, ablations=True, teacher_steps=3, sheet=given["run"] / "sheet.png"))
    document = json.loads((given["run"] / "metrics.json").read_text())
    export.run(export.ExportOptions(run=given["run"], out=given["run"] / "exported"))  # takes figures of its own weights
    rows = document["rows"]
    assert document["stage"] == "distill" and document["clips"] == 1 and document["frames"] == 16
    assert {"filled prior", "model", "shown", "1 even steps", "teacher, 3 Euler steps", "teacher, 3 Euler steps, shown", "without exo"} <= set(rows)
    assert document["gains"]["shown"]["psnr"] == pytest.approx(rows["shown"]["psnr"] - rows["filled prior"]["psnr"], abs=2e-4)
    assert rows["truth, codec"]["psnr"] > rows["filled prior"]["psnr_unseen"] and rows["filled prior"]["swd"] > 0
    assert document["under_teacher"]["psnr"] == pytest.approx(rows["teacher, 3 Euler steps"]["psnr"] - rows["model"]["psnr"], abs=2e-4)
    assert document["under_teacher_shown"]["swd"] == pytest.approx(rows["teacher, 3 Euler steps, shown"]["swd"] - rows["shown"]["swd"], abs=2e-4)
    assert (given["run"] / "sheet.png").stat().st_size > 100
    assert document["teacher_clips"] == 1 and card.teacher(document) == "", "the teacher's rows are of all clips"
    said = capsys.readouterr().out
    assert all(bar.what in said for bar in BARS) and "not measured" in said


def test_the_card_says_which_clips_the_teachers_rows_are_of():
    assert card.teacher({"clips": 24, "teacher_clips": 2}) == " (the teacher's rows, and the two bars against it, are of the first 2 of them)"
    assert card.teacher({}) == card.teacher({"clips": 24, "teacher_clips": 0}) == ""


def test_gains_are_over_clips_that_both_rows_have():
    scores = Scores()
    for clip, value in (("a", 1.0), ("b", 5.0)):
        scores.add("model", clip, {"psnr": value, "psnr_hands": float("nan")})
    scores.add("teacher", "a", {"psnr": 2.5, "psnr_hands": 1.0})
    assert scores.gains("teacher", "model", ("psnr",)) == {"psnr": 1.5} and scores.gains("none", "model", ("psnr",)) == {}
    assert scores.means()["model"]["psnr"] == 3.0 and np.isnan(scores.means()["model"]["psnr_hands"])


def test_psnr_and_ssim_are_those_of_scikit_image():
    true = np.random.default_rng(0).integers(0, 256, (3, 48, 40, 3), dtype=np.uint8)
    made = np.clip(true + np.random.default_rng(1).normal(0, 40, true.shape), 0, 255).astype(np.uint8)
    pictures = bytes_to_tensor(made), bytes_to_tensor(true)
    expected = metrics.peak_signal_noise_ratio(true, made)
    assert losses.psnr(*pictures) == pytest.approx(expected, abs=1e-4) and losses.psnr_of_bytes(made, true) == pytest.approx(expected, abs=1e-9)
    half = torch.zeros(1, 3, 1, 48, 40, dtype=torch.bool)
    half[..., :20] = True
    assert losses.psnr(*pictures, half) == pytest.approx(metrics.peak_signal_noise_ratio(true[:, :, :20], made[:, :, :20]), abs=1e-4)
    maps = [metrics.structural_similarity(*pair, gaussian_weights=True, use_sample_covariance=False, data_range=255, channel_axis=-1, full=True)[1]
            for pair in zip(true, made)]
    inner = (slice(None), slice(5, -5), slice(5, -5))  # beyond, edges are mirrored in another way
    assert np.abs(losses.similarity(*pictures)[0].permute(0, 2, 3, 1).numpy()[inner] - np.stack(maps)[inner]).max() < 1e-3


def test_textures_are_compared_wherever_they_stand():
    """A moved video is as near as the truth itself, whose patches are drawn from other places; a blur is far."""
    true = torch.rand(6, 3, 128, 128, generator=torch.Generator().manual_seed(0))
    moved, blur = true.roll(40, -1), torch.nn.functional.avg_pool2d(true, 5, 1, 2)
    itself = texture_distance(true, true)
    assert texture_distance(moved, true) < 1.5 * itself < 3 * itself < texture_distance(blur, true)


def test_a_player_streams_what_cached_latents_give(given):
    judged = Judged(JudgingOptions(**given))
    model, shown = Player(judged, 0).play(list(range(16)))
    cached = judged.decoded(judged.streamed(judged.latents.batch([0])[0]))
    assert np.abs(model.astype(int) - to_bytes(cached)).mean() < 1.5
    assert shown.shape == model.shape == (16, 64, 64, 3)


def test_steadiness_of_a_toy(given):
    steadiness.run(steadiness.SteadinessOptions(**given, drift_frames=40, turn=5, still_frames=16, settled=8))
    document = json.loads((given["run"] / "steadiness.json").read_text())
    assert set(document["flicker"]) == {"model", "shown"} and document["drift_clips"] == document["flicker_clips"] == 1
    assert 10 < document["drift"]["model_late"] < 60
    assert document["drift"]["model"] == pytest.approx(abs(document["drift"]["model_late"] - document["drift"]["model_early"]), abs=2e-3)


def test_clips_whose_files_are_gone_are_left_out_by_name(given, tmp_path):
    latents = tmp_path / "latents-held-out"
    latents.unlink()
    shutil.copytree(given["run"].resolve() / "latents", latents)  # of two clips
    clips = tmp_path / "clips"
    clips.mkdir()
    (clips / "clip_00000002.npz").symlink_to(given["clips"] / "clip_00000002.npz")
    judged = Judged(JudgingOptions(run=given["run"], clips=clips))
    assert [judged.latents.names[index] for index in judged.indices()] == ["clip_00000002"] and "clip_00000000" in judged.clips.report()
    (clips / "clip_00000002.npz").rename(clips / "clip_00000009.npz")
    with pytest.raises(NoUsableClips, match="2 clips skipped"):
        Judged(JudgingOptions(run=given["run"], clips=clips)).indices()


def test_an_evaluation_says_at_once_that_the_composition_is_not_built(run, clips, monkeypatch, tmp_path):
    monkeypatch.setenv("EGOPRIOR_LIBRARY", str(tmp_path / "nowhere.so"))
    monkeypatch.setattr(sys, "argv", ["evaluate", "--run", str(run), "--clips", str(clips)])
    with pytest.raises(SystemExit, match="PriorLibraryMissing: .*nowhere.so is not there"):
        main(evaluate.EvaluateOptions, evaluate.run, required=("run", "clips"))


def test_windows_of_a_long_stream_show_the_same():
    order = forth_and_back(25, 1000)
    early, late = steadiness.windows(1000)
    assert (early, late) == (range(50, 150), range(900, 1000))
    assert [order[n] for n in early] == [order[n] for n in late] and order[23:28] == [23, 24, 24, 23, 22]


def test_flicker_is_the_mean_difference_of_following_pictures():
    pictures = np.zeros((12, 4, 4, 3), np.uint8)
    pictures[8:] = 6  # one jump, at the boundary of the third chunk of four
    assert steadiness.differences(pictures, 4, 4) == {"all": pytest.approx(6 / 7), "within": 0.0, "boundaries": 6.0}
    assert steadiness.differences(pictures, 9, 4)["all"] == 0.0


def test_hands_count_where_the_prior_lacks_them():
    tags, coverage = np.zeros((4, 50, 50), np.uint8), np.full((4, 50, 50), 255, np.uint8)
    tags[1:, :4, :4] = HAND  # 16 pixels of 2500 are 0.64%
    coverage[1, :4, :3] = 0
    coverage[2, :4, :2] = 0  # half of it is covered
    tags[3, :4, 2:4] = 0  # too small
    coverage[3] = 0
    assert hands.lacking(tags, coverage).tolist() == [1]
    assert hands.ious(tags[1:3] == HAND, tags[2:4] == HAND) == [1.0, 0.5]


def test_a_segmenter_learns_a_hand_and_judges_with_it(given, capsys):
    hand_segmenter.train(hand_segmenter.SegmenterOptions(**given, minutes=0.0, steps=60, batch=4, held_out=1, warmup=5, rate=4e-3, ema=0.9))
    hands.run(hands.HandsOptions(**given, sheet=given["run"] / "hands.png"))
    document = json.loads((given["run"] / "hands.json").read_text())
    assert document["clips"] == 1 and document["frames"] > 4 and set(document["iou"]) == {"model", "shown", "filled prior", "truth"}
    assert document["iou"]["truth"] > 0.5 > 0.25 > document["iou"]["filled prior"]
    assert "IoU of hands that the prior lacks" in capsys.readouterr().out


def test_clip_folders_hold_the_clips_own_pictures(clips, tmp_path):
    held_out = Clips(clips).split(1)[1]
    folder = clip_folders.written(held_out, 0, tmp_path)
    exo, depth, ego, poses = held_out.read(0, "exo", "exo_depth", "ego", "ego_world_to_camera")
    assert np.array_equal(read_video(folder / "exo.mp4", 64, 32), exo)
    assert np.array_equal(read_video(folder / "ego_truth.mp4", 64, 64), ego)
    assert np.array_equal(read_video(folder / "depth.mkv", 64, 32, "gray16le"), depth)
    document = json.loads((folder / "clip.json").read_text())
    assert document["frames"] == 16 and np.allclose(document["ego"]["world_to_camera"], poses) and document["exo"]["model"] == "pinhole"


def test_the_product_that_is_not_built_is_named(clips, tmp_path):
    with pytest.raises(product.ProductMissing, match="libgstexo2ego.so|gst-launch"):
        product.played(tmp_path, "none", product.ProductOptions(plugin=tmp_path), (1, 64, 64, 3))


def test_bars_read_what_was_measured(tmp_path):
    (tmp_path / "hands.json").write_text('{"iou": {"shown": 0.4, "model": NaN}}')
    bar = next(bar for bar in BARS if bar.command == "hands")
    assert bar.line(tmp_path).startswith("met") and bar.line(tmp_path / "nowhere").startswith("not measured")
    assert measured(tmp_path / "hands.json", ("iou", "model")) is None


def test_only_the_first_chunk_does_not_look_back(run):
    from egomodel import history
    found = history.gains(history.HistoryOptions(run=run, latents="latents"))
    truth, prior = found["truth before"], found["prior before"]
    assert truth.shape == prior.shape == (4,) and truth.isfinite().all()
    assert torch.equal(truth[0], prior[0]) and not torch.equal(truth[1:], prior[1:])


def test_bounds_are_bounds(given):
    """What is known of the truth can only help, and more of it helps more; the ball is a hand that both cameras see."""
    bounds.run(bounds.BoundsOptions(**given, every=8))
    document = json.loads((given["run"] / "bounds.json").read_text())
    psnr, shares = document["psnr"], document["shares"]
    assert document["clips"] == 1 and 0.3 < shares["visible"] < 0.9 and shares["hands visible where the prior lacks them"] > 0.3
    assert psnr["as shown"] < psnr["visible looked up with true geometry"] < psnr["visible as it truly is"]
    assert psnr["as shown"] < psnr["unseen as it truly is, blurred by 25 pixels"] < psnr["unseen as it truly is, blurred by 8 pixels"]
