"""The decoder's refinement at toy size: what it changes, what it leaves alone, and that it goes on bit for bit."""

import json

import numpy as np
import pytest
import torch

from egomodel import card, finetune, refine_decoder
from egomodel.config import ModelConfig
from egomodel.errors import CheckpointNotUsable
from egomodel.latent_set import LatentSet
from egomodel.runs import load_codec
from toys import stopped


@pytest.fixture(scope="module")
def finetuned(run, clips, tmp_path_factory):
    """The run after a few steps of fine-tuning, decoder included."""
    folder = tmp_path_factory.mktemp("finetuned")
    (folder / "config.json").write_text((run / "config.json").read_text())
    for name in ("codec.pt", "distill.pt", "latents"):
        (folder / name).symlink_to(run / name)
    finetune.train(finetune.FinetuneOptions(run=folder, clips=clips, minutes=0.0, steps=6, train_decoder=True, adversarial_from=1.0))
    return folder


@pytest.fixture
def folder(finetuned, tmp_path):
    for path in finetuned.iterdir():
        (tmp_path / path.name).symlink_to(path)
    return tmp_path


def refine(folder, clips, **more):
    options = refine_decoder.RefineOptions(run=folder, clips=clips, minutes=0.0, layers=4, warmup=1, **more)
    refine_decoder.train(options)
    return [json.loads(line) for line in (folder / "refine.jsonl").read_text().splitlines()]


def test_only_the_last_layers_change_and_the_latest_codec_is_theirs(folder, clips):
    refine(folder, clips, steps=4)
    config = ModelConfig.read(folder / "config.json")
    before, after = (load_codec(folder, config, stage="finetune", refined=refined).state_dict() for refined in (False, True))
    first = len(load_codec(folder, config).decoder) - 4
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed == {name for name in before if name.startswith("decoder.") and int(name.split(".")[1]) >= first}


def test_the_truth_comes_nearer_and_what_is_shown_hardly_changes(folder, clips):
    log = refine(folder, clips, steps=40, overfit=True, rate=2e-3)
    assert log[-1]["rebuild"] < 0.9 * log[0]["rebuild"]
    config, latents = ModelConfig.read(folder / "config.json"), np.load(next(folder.glob("made-*.npy")))
    one = torch.from_numpy(latents[:1]).float()
    pictures = [codec.decode(codec.denormalised(one)) for codec in (load_codec(folder, config, stage="finetune", refined=refined) for refined in (False, True))]
    assert float((pictures[0] - pictures[1]).abs().mean()) < 0.02


def test_it_goes_on_bit_for_bit(finetuned, clips, tmp_path):
    states = []
    for name, halves in (("whole", [6]), ("halves", [3, 6])):
        folder = tmp_path / name
        folder.mkdir()
        for path in finetuned.iterdir():
            (folder / path.name).symlink_to(path)
        for end in halves:
            stopped(refine_decoder, refine_decoder.RefineOptions(run=folder, clips=clips, minutes=0.0, steps=6, layers=4), end)
        states.append(torch.load(folder / "refine.pt", weights_only=True)["state"]["codec_average"])
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


@pytest.fixture
def learned_more(folder):
    """Has the student's weights change, as further fine-tuning does; so many steps are said to have been taken."""
    def learn(step):
        saved = torch.load(folder / "finetune.pt", weights_only=True)
        next(iter(saved["state"]["average"].values())).add_(0.1)
        (folder / "finetune.pt").unlink()
        torch.save(saved | {"step": step}, folder / "finetune.pt")

    return learn


@pytest.mark.parametrize("step", [6, 9])
def test_a_student_that_learned_more_is_refined_anew(folder, clips, learned_more, capsys, step):
    refine(folder, clips, steps=3)
    config, before = ModelConfig.read(folder / "config.json"), set(folder.glob("made-*.npy"))
    learned_more(step)
    with pytest.raises(CheckpointNotUsable, match="refine.pt .*'finetune step': 6.*run egomodel.refine_decoder again"):
        load_codec(folder, config, stage="finetune")
    load_codec(folder, config, stage="finetune", refined=False)
    capsys.readouterr()
    refine(folder, clips, steps=2)
    assert "refine.pt" in (said := capsys.readouterr().out) and "begins anew" in said and "after 2 of 2 steps" in said
    load_codec(folder, config, stage="finetune")
    assert len(set(folder.glob("made-*.npy")) - before) == 1, "what the student makes now is not what it made"


def test_a_refinement_that_names_no_student_is_not_believed(folder, clips):
    refine(folder, clips, steps=1)
    saved = torch.load(folder / "refine.pt", weights_only=True)
    del saved["source"]
    torch.save(saved, folder / "refine.pt")
    with pytest.raises(CheckpointNotUsable, match="something it does not name"):
        load_codec(folder, ModelConfig.read(folder / "config.json"), stage="finetune")


def test_other_clips_are_streamed_again(folder):
    options, config = refine_decoder.RefineOptions(run=folder), ModelConfig.read(folder / "config.json")
    latents = LatentSet.open(folder / "latents")
    made = refine_decoder.streamed(options, config, latents)
    assert np.array_equal(refine_decoder.streamed(options, config, latents.part([1, 0])), made[::-1])


def test_the_card_says_what_was_refined(folder, clips):
    said = lambda: card.weights(folder, config, "finetune", load_codec(folder, config, stage="finetune"))
    config = ModelConfig.read(folder / "config.json")
    assert said() == "`finetune`"
    refine(folder, clips, steps=1)
    assert said() == "`finetune`, those of the decoder's last 4 layers of `refine`"


def test_a_run_without_a_student_is_refused_by_name(run, clips, tmp_path):
    (tmp_path / "config.json").write_text((run / "config.json").read_text())
    (tmp_path / "latents").symlink_to(run / "latents")
    with pytest.raises(CheckpointNotUsable, match="finetune.pt"):
        refine_decoder.train(refine_decoder.RefineOptions(run=tmp_path, clips=clips, minutes=0.0, steps=1))
