"""Clips on the training device, and all stages in one go while clips are drawn."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
import torch

from egomodel import card, course
from egomodel.cache_latents import geometry_rows
from egomodel.codec import Codec
from egomodel.dataset import Clips
from egomodel.errors import TrainingError
from egomodel.precision import half_precision
from egomodel.resident import ARRAYS, ResidentClips
from egomodel.runs import averaged, load_codec, open_config
from egomodel.scores import hand_mask
from egomodel.stored import StoredClips
from egomodel.supply import Supply
from egoworld.product_prior import library_path
from toys import SMALL

FRAMES = 4


@pytest.fixture(scope="module")
def kept(run, clips):
    """Two clips, as they come from a supply."""
    config = open_config(course.CourseOptions(run=run))
    kept = ResidentClips(config, load_codec(run, config), FRAMES, 2, "cpu")
    for index in (0, 2):
        arrays = dict(zip(("exo", "filled", "ego", "coverage", "tags", "depth"),
                          Clips(clips).read(index, "exo", "filled", "ego", "coverage", "ego_tags", "exo_depth")))
        arrays["hands"] = np.where(hand_mask(arrays["tags"]), 255, 0).astype(np.uint8)
        arrays |= geometry_rows(config, Clips(clips).cameras(index), arrays["depth"], FRAMES)
        kept.append({name: torch.from_numpy(arrays[name]) for name in ARRAYS})
    return kept


def test_clips_on_the_device_are_those_that_are_stored(kept, run, clips):
    stored = StoredClips(run, clips)
    numbers = [stored.latents.names.index(name) for name in ("clip_00000000", "clip_00000002")]
    assert len(kept) == 4 and kept.count == kept.capacity
    (chunk, ego), (other, theirs) = kept.batch([0, 2]), stored.batch(numbers)
    assert torch.allclose(ego, theirs, atol=0.05) and torch.allclose(chunk.exo, other.exo, atol=0.05)
    for name in ("coverage", "points", "rays", "centres"):
        assert torch.allclose(getattr(chunk, name), getattr(other, name), atol=1 / 255), name
    (part, _), (theirs, _) = (latents.batch(which, [1, 0], 2) for latents, which in ((kept, [0, 2]), (stored, numbers)))
    assert part.exo.shape == theirs.exo.shape and torch.equal(part.points, theirs.points)
    assert torch.equal(kept.hands([0, 2]), stored.latents.hands(numbers)) and kept.hands([0]).max() > 0.1
    cut = (slice(4, 12), slice(8, 40), slice(16, 48))
    assert all(torch.equal(*both) for both in zip(kept.pictures([0, 2], *cut), stored.pictures(numbers, *cut)))


def test_odd_clips_are_mirrored(kept):
    cut = lambda first, last: (slice(0, 16), slice(8, 40), slice(first, last))
    for plain, mirrored in zip(kept.pictures([2], *cut(16, 48)), kept.pictures([3], *cut(16, 48))):
        assert torch.equal(mirrored, plain.flip(-1)) and not torch.equal(mirrored, plain)
    off = [kept.pictures([number], *cut(*columns))[0] for number, columns in ((2, (0, 24)), (3, (40, 64)))]
    assert torch.equal(off[1], off[0].flip(-1))
    (plain, ego), (mirrored, other) = kept.batch([2]), kept.batch([3])
    assert torch.equal(mirrored.coverage, plain.coverage.flip(-1)) and torch.equal(kept.hands([3]), kept.hands([2]).flip(-1))
    rays = lambda chunk: chunk.rays.unflatten(2, kept.config.token_size("ego"))
    assert torch.equal(rays(mirrored), rays(plain).flip(3))
    with torch.no_grad(), half_precision("cpu"):
        turned = kept.codec.encode(kept.ego[1].flip(2).permute(0, 3, 1, 2)[None].float() / 255).float()
    assert torch.allclose(other, kept.codec.normalised(turned), atol=0.01) and not torch.allclose(other, ego, atol=0.5)


@pytest.mark.skipif(library_path() is None, reason="needs make prior-library")
def test_all_stages_in_one_go(run, tmp_path):
    for file in ("config.json", "codec.pt"):
        (tmp_path / file).write_bytes((run / file).read_bytes())
    course.run(course.CourseOptions(run=tmp_path, device="cpu", workers=1, clips=2, begin_with=1, frames=2, batch=2, scenes=2, crop=4, threads=1,
                                    teacher_minutes=0.01, distill_minutes=0.01, finetune_minutes=0.03, adversarial_from=0.0))
    reports = [json.loads(line) for line in (tmp_path / "course.jsonl").read_text().splitlines()]
    assert [report["after"] for report in reports] == ["clips", "teacher", "distill", "finetune"] and reports[0]["clips"] >= 1
    assert "clips, each also mirrored, drawn while it trained" in card.data(tmp_path)
    for stage in ("teacher", "distill", "smooth", "finetune"):
        state = averaged(tmp_path / "averages", stage, "average")
        assert all(value.isfinite().all() and value.dtype == torch.float16 for value in state.values())
    Codec(open_config(course.CourseOptions(run=tmp_path)).codec).load_state_dict(averaged(tmp_path / "averages", "finetune", "codec_average"))


def test_a_stage_that_is_asked_to_end_ends_the_course(run, tmp_path, monkeypatch):
    for file in ("config.json", "codec.pt"):
        (tmp_path / file).write_bytes((run / file).read_bytes())
    supply = mock.MagicMock()
    monkeypatch.setattr(course, "Supply", supply)
    monkeypatch.setattr(course.train_teacher, "train", lambda *_: False)
    with pytest.raises(TrainingError, match="teacher was asked to end"):
        course.run(course.CourseOptions(run=tmp_path, device="cpu", clips=1, frames=2))
    assert supply.return_value.__exit__.called and not (tmp_path / "averages").exists()


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_a_machine_without_a_gpu_is_told(run):
    told = subprocess.run([sys.executable, "-m", "egomodel.course", "--run", run], cwd=Path(course.__file__).parents[1], capture_output=True, text=True)
    assert told.returncode == 1 and told.stderr.strip() == "--device cuda: PyTorch finds no CUDA device here; expected one, or --device cpu"


@pytest.mark.skipif(library_path() is None, reason="needs make prior-library")
def test_a_supply_that_fails_says_why(run):
    config = open_config(course.CourseOptions(run=run))
    clips = ResidentClips(replace(config, exo=SMALL.ego), load_codec(run, config), 2, 1, "cpu")
    with Supply(config, clips, 0, 1) as supply, pytest.raises(TrainingError, match="0 of 1 clips came"):
        supply.wait(1)
