"""Every stage at toy size: it runs, it learns one clip by heart, and it goes on bit for bit."""

import json
import re

import numpy as np
import pytest
import torch

from egomodel import distill, export, finetune, train_codec, train_teacher
from egomodel.config import ModelConfig
from egomodel.dataset import Clips
from egomodel.errors import CheckpointNotUsable, NoUsableClips
from egomodel.options import parsed
from toys import SMALL, corrupted, stopped


def lines(run, stage):
    return [json.loads(line) for line in (run / f"{stage}.jsonl").read_text().splitlines()]


def test_the_codec_says_how_well_it_does(run):
    config = ModelConfig.read(run / "config.json")
    assert len(config.codec.latent_mean) == len(config.codec.latent_deviation) == 16
    assert json.loads((run / "codec_metrics.json").read_text())["psnr_ego"] > 15


def test_latents_are_normalised_and_corrupt_clips_left_out(run):
    from egomodel.latent_set import LatentSet
    latents = LatentSet.open(run / "latents")
    assert sorted(latents.names) == ["clip_00000000", "clip_00000002"]
    chunk, ego = latents.batch([0, 1])
    assert ego.shape == (2, 4, 16, 8, 8) and chunk.exo.shape == (2, 4, 16, 4, 8)
    assert 0.3 < ego.std() < 3 and chunk.coverage.min() >= 0 and chunk.coverage.max() == 1
    assert chunk.rays.norm(dim=-1).sub(1).abs().max() < 1e-5


def test_clips_without_any_that_can_be_read_are_named(tmp_path):
    with pytest.raises(NoUsableClips):
        Clips(tmp_path)
    (tmp_path / "clip_00000000.npz").write_bytes(b"PK")
    with pytest.raises(NoUsableClips, match="clip_00000000"):
        Clips(tmp_path).draw(np.random.default_rng(0), "ego")


def test_clips_with_corrupt_headers_are_left_out_by_name(clips, tmp_path):
    for number, (what, file) in enumerate(corrupted((clips / "clip_00000000.npz").read_bytes()).items()):
        (tmp_path / f"clip_{number:08d}.npz").write_bytes(file)
        found = Clips(tmp_path)
        assert found.read(number, "exo") is None and "Error: " in found.skipped[f"clip_{number:08d}"], what


@pytest.mark.parametrize("stage", ["codec", "teacher", "distill", "finetune"])
def test_a_stage_goes_on_bit_for_bit(run, clips, tmp_path, stage):
    """Six steps at once are three steps, a checkpoint, and three more."""
    kinds = {"codec": (train_codec, train_codec.CodecOptions, dict(clips=clips, batch=2, crop=32, frames=4, held_out=1, adversarial_from=0.3)),
             "teacher": (train_teacher, train_teacher.TeacherOptions, {}), "distill": (distill, distill.DistillOptions, {}),
             "finetune": (finetune, finetune.FinetuneOptions, dict(clips=clips, adversarial_from=0.3, train_decoder=True))}
    module, options, more = kinds[stage]
    states = []
    for name, halves in (("whole", [6]), ("halves", [3, 6])):
        folder = tmp_path / name
        folder.mkdir()
        for file in ("config.json", "codec.pt", "teacher.pt", "distill.pt"):
            if file != f"{stage}.pt":
                (folder / file).symlink_to(run / file) if file.endswith(".pt") else (folder / file).write_text((run / file).read_text())
        (folder / "latents").symlink_to(run / "latents")
        for end in halves:
            # The schedule is that of six steps in both.
            given = options(run=folder, minutes=0.0, steps=6, **more)
            stopped(module, given, end)
        states.append(torch.load(folder / f"{stage}.pt", weights_only=True))
    same(states[0]["state"], states[1]["state"])


def same(one, other):
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        for key in one:
            same(one[key], other[key])
    elif isinstance(one, list):
        for a, b in zip(one, other, strict=True):
            same(a, b)
    elif isinstance(one, torch.Tensor):
        assert torch.equal(one, other)
    else:
        assert one == other


def test_a_checkpoint_of_another_shape_is_refused(run, tmp_path):
    config = ModelConfig.read(run / "config.json")
    config.transformer.ffn_dim = 32
    config.write(tmp_path / "config.json")
    (tmp_path / "latents").symlink_to(run / "latents")
    (tmp_path / "teacher.pt").symlink_to(run / "teacher.pt")
    with pytest.raises(CheckpointNotUsable, match="--fresh"):
        train_teacher.train(train_teacher.TeacherOptions(run=tmp_path, minutes=0.0, steps=1))


def test_a_codec_learns_one_clip_by_heart(clips, tmp_path):
    SMALL.write(tmp_path / "given.json")
    train_codec.train(train_codec.CodecOptions(run=tmp_path, minutes=0.0, clips=clips, config=tmp_path / "given.json", steps=80, batch=1, crop=64,
                                               frames=4, overfit=True, adversarial_from=1.0, warmup=5, rate=2e-3))
    log = lines(tmp_path, "codec")
    assert log[-1]["l1"] < 0.7 * log[0]["l1"]


def test_a_teacher_learns_one_clip_by_heart(run, tmp_path):
    (tmp_path / "config.json").write_text((run / "config.json").read_text())
    (tmp_path / "latents").symlink_to(run / "latents")
    train_teacher.train(train_teacher.TeacherOptions(run=tmp_path, minutes=0.0, steps=160, overfit=True, rate=3e-3, warmup=10))
    log = lines(tmp_path, "teacher")
    assert log[-1]["x0"] < 0.35 * log[0]["x0"]


def test_options_come_from_the_command_line():
    options = parsed(train_teacher.TeacherOptions, ["--run", "x", "--steps", "7", "--copies", "3", "--overfit"])
    assert (options.steps, options.copies, options.overfit) == (7, 3, True)


def test_all_steps_are_taken_unless_minutes_are_asked_for_too():
    minutes = lambda *line: parsed(train_teacher.TeacherOptions, ["--run", "x", *line]).minutes
    assert (minutes("--steps", "7"), minutes("--steps", "7", "--minutes", "2"), minutes()) == (0.0, 2.0, 30.0)


@pytest.mark.parametrize("more, why", [(dict(minutes=0.0, steps=1), "after 1 of 1 steps .*: these are all"),
                                       (dict(minutes=1e-9, steps=9), "after 1 of 9 steps .*: the 1e-09 minutes are over")])
def test_a_loop_says_why_it_ended(run, tmp_path, capsys, more, why):
    (tmp_path / "config.json").write_text((run / "config.json").read_text())
    (tmp_path / "latents").symlink_to(run / "latents")
    train_teacher.train(train_teacher.TeacherOptions(run=tmp_path, **more))
    assert re.search(f"teacher ended {why}", capsys.readouterr().out)


@pytest.mark.parametrize("cache_write", ["clean_pass", "last_step"])
def test_fine_tuning_goes_on_from_what_the_stream_remembers(run, clips, tmp_path, cache_write):
    for path in run.iterdir():
        (tmp_path / path.name).symlink_to(path)
    config = ModelConfig.read(run / "config.json")
    config.attention.cache_write = cache_write
    config.write(tmp_path / "config.json")
    finetune.train(finetune.FinetuneOptions(run=tmp_path, clips=clips, minutes=0.0, steps=1, adversarial_from=1.0))
    assert np.isfinite(list(lines(tmp_path, "finetune")[-1].values())).all()


def test_the_norm_of_fine_tuning_is_that_of_its_optimiser_steps(run, clips, tmp_path, monkeypatch):
    for path in run.iterdir():
        (tmp_path / path.name).symlink_to(path)
    monkeypatch.setattr(finetune, "step_with", lambda *_: 3.0)
    for steps, every in ((1, 4), (2, 1)):  # one optimiser step a clip of four chunks, and four
        finetune.train(finetune.FinetuneOptions(run=tmp_path, clips=clips, minutes=0.0, steps=steps, every=every, adversarial_from=1.0))
        assert lines(tmp_path, "finetune")[-1]["norm"] == 3.0


def test_a_student_of_a_teacher_that_learned_more_begins_anew(run, tmp_path, capsys):
    for path in run.iterdir():
        (tmp_path / path.name).symlink_to(path)
    for name in ("teacher", "distill"):
        (tmp_path / f"{name}.pt").unlink()
        (tmp_path / f"{name}.pt").write_bytes((run / f"{name}.pt").read_bytes())
    student = distill.DistillOptions(run=tmp_path, minutes=0.0, steps=5)
    distill.train(student)
    assert "begins anew" not in capsys.readouterr().out, "it went on from step 4"
    train_teacher.train(train_teacher.TeacherOptions(run=tmp_path, minutes=0.0, steps=7))
    distill.train(student)
    said = capsys.readouterr().out
    assert "distill.pt goes out from {'teacher step': 6," in said and "begins anew" in said and "distill ended after 5 of 5" in said


def test_export_writes_a_folder_that_loads(run, tmp_path):
    from safetensors.torch import load_file

    from egomodel.transformer import Transformer
    export.run(export.ExportOptions(run=run, out=tmp_path / "model"))
    config = ModelConfig.read(tmp_path / "model" / "config.json")
    weights = load_file(tmp_path / "model" / "transformer.safetensors")
    assert all(value.dtype == torch.float16 for value in weights.values())
    Transformer(config.transformer).load_state_dict(weights)
    assert set(config.sha256) == {"codec.safetensors", "transformer.safetensors"}
    assert (tmp_path / "model" / "README.md").read_text().startswith("# ")


def test_a_discriminator_that_never_learns_alone_is_refused():
    from egomodel.adversary import Adversary
    from egomodel.errors import TrainingError
    with pytest.raises(TrainingError, match="--alone is 0"):
        Adversary(alone=0)


def test_that_nothing_is_held_out_is_said(clips, capsys):
    from egomodel.dataset import Clips
    Clips(clips).split(0)
    assert "no clip is held out" in capsys.readouterr().out


def test_export_refuses_figures_of_other_weights(run, tmp_path):
    from egomodel.errors import StaleFigures
    file = run / "hands.json"
    try:
        file.write_text('{"weights": "those of another day", "iou": {"shown": 0.9}}')
        with pytest.raises(StaleFigures, match="hands.json.*egomodel.hands"):
            export.run(export.ExportOptions(run=run, out=tmp_path / "model"))
        assert not (tmp_path / "model").exists()
    finally:
        file.unlink()


def test_a_run_goes_on_from_an_exported_model(run, tmp_path):
    from egomodel import adopt
    from egomodel.runs import load_codec, load_transformer
    export.run(export.ExportOptions(run=run, out=tmp_path / "model", stage="teacher"))
    adopt.run(adopt.AdoptOptions(run=tmp_path / "again", model=tmp_path / "model"))
    config = ModelConfig.read(tmp_path / "again" / "config.json")
    assert config.sha256 == {}
    for load in (load_codec, lambda folder, config: load_transformer(folder, config, "teacher" if folder == run else "adopted")):
        ours, theirs = load(run, config).state_dict(), load(tmp_path / "again", config).state_dict()
        assert all(torch.allclose(ours[name], theirs[name], rtol=1e-3, atol=1e-4) for name in ours)  # it was stored in halves
    (tmp_path / "again" / "latents").symlink_to(run / "latents")
    train_teacher.train(train_teacher.TeacherOptions(run=tmp_path / "again", minutes=0.0, steps=1))
    with pytest.raises(CheckpointNotUsable, match="expected a new folder"):
        adopt.run(adopt.AdoptOptions(run=tmp_path / "again", model=tmp_path / "model"))


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_history_is_the_truth_or_the_prior(run, share):
    from egomodel.teaching import Lessons
    from egomodel.train_teacher import TeacherOptions
    options = TeacherOptions(run=run, untrue_history=share, history_noise=0, drop_prior=0)
    lesson = Lessons(options, ModelConfig.read(run / "config.json"))(0)
    wanted, other = (lesson.condition, lesson.clean) if share else (lesson.clean, lesson.condition)
    assert torch.equal(lesson.history, wanted) and not torch.equal(lesson.history, other)
