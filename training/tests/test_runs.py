"""A run's config.json: who writes it, and that the latents' statistics in it are never lost or made up."""

import signal
from dataclasses import replace

import pytest

from egomodel import cache_latents, course, train_codec, train_teacher
from egomodel.config import ModelConfig, Size
from egomodel.errors import ConfigNotUsable, NoUsableClips
from egomodel.runs import open_config
from toys import SMALL


@pytest.fixture
def codec(clips, tmp_path):
    """Trains a toy codec to so many steps in `tmp_path`; gives its statistics."""
    SMALL.write(tmp_path / "given.json")

    def train(steps, **more):
        given = dict(clips=clips, config=tmp_path / "given.json") | more
        train_codec.train(train_codec.CodecOptions(run=tmp_path, minutes=0.0, steps=steps, batch=1, crop=32, frames=4, held_out=1, start_clips=1,
                                                   adversarial_from=1.0, **given))
        return statistics(tmp_path)

    return train


def killed(*_):
    raise RuntimeError("killed")


def statistics(folder):
    shape = ModelConfig.read(folder / "config.json").codec
    return shape.latent_mean, shape.latent_deviation


def test_a_codec_that_goes_on_keeps_its_statistics(codec, tmp_path, monkeypatch):
    measured = codec(2)
    assert len(measured[0]) == 16
    monkeypatch.setattr(train_codec.CodecTrainer, "step", killed)
    with pytest.raises(RuntimeError, match="killed"):
        codec(4)
    assert statistics(tmp_path) == measured, "--config of a run that has one changes nothing"


def test_statistics_are_measured_after_ctrl_c_too(codec, tmp_path, monkeypatch):
    step = train_codec.CodecTrainer.step
    monkeypatch.setattr(train_codec.CodecTrainer, "step", lambda self, batch: signal.raise_signal(signal.SIGINT) or step(self, batch))
    mean, deviation = codec(9)
    assert len(mean) == len(deviation) == 16
    assert not (tmp_path / "codec_metrics.json").exists(), "only a codec that was trained to its end is judged"


@pytest.mark.parametrize("anew", [dict(fresh=True), dict(train_encoder=True)])
def test_statistics_of_another_encoder_are_forgotten(codec, tmp_path, monkeypatch, anew):
    codec(1, train_encoder=True)
    monkeypatch.setattr(train_codec.CodecTrainer, "step", killed)
    with pytest.raises(RuntimeError, match="killed"):
        codec(2, config=None, **anew)
    assert statistics(tmp_path) == ([0.0], [1.0])


def test_a_fixed_encoder_is_measured_once(codec, monkeypatch):
    first = codec(1)
    monkeypatch.setattr(train_codec, "measure", killed)
    assert codec(2) == first


def test_latents_of_an_encoder_that_is_no_more_are_refused(codec, clips, tmp_path):
    codec(1, train_encoder=True)
    cache = cache_latents.CacheOptions(run=tmp_path, clips=clips, held_out=1)
    cache_latents.run(cache)
    cache_latents.run(cache)
    codec(2, train_encoder=True, rate=1e-2)
    for stage, options in ((train_teacher.train, train_teacher.TeacherOptions(run=tmp_path, minutes=0.0, steps=1)), (cache_latents.run, cache)):
        with pytest.raises(ConfigNotUsable, match="latents.* is of another encoder than .*config.json; remove it"):
            stage(options)


def test_clips_that_do_not_fit_are_told_of_before_anything_is_trained(codec, clips, tmp_path):
    config = replace(SMALL, ego=Size(128, 128))
    config.write(tmp_path / "other.json")
    with pytest.raises(NoUsableClips, match="64x32 and 64x64; expected 64x32 and 128x128, .* --width 128"):
        codec(1, config=tmp_path / "other.json")
    (tmp_path / "clips").mkdir()
    for name in ("clip_00000000.npz", "clip_00000001.npz"):
        (tmp_path / "clips" / name).write_bytes(b"not a clip")
    with pytest.raises(NoUsableClips, match="none of 1 clips can be read; 1 clips skipped: clip_00000000"):
        codec(1, fresh=True, clips=tmp_path / "clips")


def test_a_run_that_goes_on_learns_at_the_rate_that_it_is_given(codec, tmp_path, monkeypatch):
    codec(1, rate=1e-3)
    monkeypatch.setattr(train_codec.CodecTrainer, "step", lambda trainer, _: rates.append(trainer.optimiser.param_groups[0]["base_rate"]) or {})
    rates = []
    codec(2, rate=1e-4)
    assert rates == [1e-4]


def test_latents_are_not_normalised_by_statistics_that_were_not_measured(clips, tmp_path):
    SMALL.write(tmp_path / "config.json")
    for stage, options in ((cache_latents, cache_latents.CacheOptions(run=tmp_path, clips=clips)), (course, course.CourseOptions(run=tmp_path, device="cpu"))):
        with pytest.raises(ConfigNotUsable, match="latent_mean.*egomodel.train_codec"):
            stage.run(options)


def test_another_config_is_refused_by_its_keys_or_begins_anew(tmp_path):
    SMALL.write(tmp_path / "config.json")
    other = replace(SMALL, name="other", transformer=replace(SMALL.transformer, ffn_dim=32), sha256={"codec.safetensors": "0"})
    other.write(tmp_path / "given.json")
    options = train_codec.CodecOptions(run=tmp_path, config=tmp_path / "given.json")
    with pytest.raises(ConfigNotUsable, match="given.json: name is other, not toy; transformer.ffn_dim is 32, not 64 as in .*config.json"):
        open_config(options)
    assert ModelConfig.read(tmp_path / "config.json") == SMALL
    assert open_config(replace(options, fresh=True)) == other == ModelConfig.read(tmp_path / "config.json")
    with pytest.raises(ConfigNotUsable, match="nowhere.json"):
        open_config(replace(options, config=tmp_path / "nowhere.json"))


def test_a_run_that_is_not_there_is_not_made(tmp_path):
    for options in (train_codec.CodecOptions(run=tmp_path / "mistyped"), course.CourseOptions(run=tmp_path / "mistyped")):
        with pytest.raises(ConfigNotUsable, match="mistyped/config.json is not there; .*--config"):
            open_config(options)
    assert not (tmp_path / "mistyped").exists()


def test_only_the_first_process_writes(tmp_path, monkeypatch):
    SMALL.write(tmp_path / "given.json")
    options = train_codec.CodecOptions(run=tmp_path / "run", config=tmp_path / "given.json")
    monkeypatch.setenv("RANK", "1")
    assert open_config(options) == SMALL and not (tmp_path / "run").exists()
    monkeypatch.setenv("RANK", "0")
    assert open_config(options) == SMALL and [path.name for path in (tmp_path / "run").iterdir()] == ["config.json"]
