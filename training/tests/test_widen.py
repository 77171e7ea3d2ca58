"""A transformer goes on with a codec of more channels."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from egomodel import train_codec, widen
from egomodel.config import ModelConfig
from egomodel.errors import CheckpointNotUsable
from egomodel.inputs import ego_maps
from egomodel.runs import begin, load_codec, load_transformer
from egomodel.transformer import Transformer
from toys import SMALL

FEW, MANY = 6, 10


def run_of(folder, clips, channels):
    """A run whose codec has so many channels, and has just begun."""
    codec = replace(SMALL.codec, latent_channels=channels, encoder_blocks=0)
    transformer = replace(SMALL.transformer, in_channels=2 * channels + 8, out_channels=channels)
    replace(SMALL, codec=codec, transformer=transformer).write(folder / "given.json")
    train_codec.train(train_codec.CodecOptions(run=folder, config=folder / "given.json", clips=clips, batch=1, crop=32, frames=4, minutes=0,
                                               steps=1, held_out=1))
    return folder


@pytest.fixture(scope="module")
def runs(clips, tmp_path_factory):
    narrow, wide = (run_of(tmp_path_factory.mktemp(f"channels-{channels}"), clips, channels) for channels in (FEW, MANY))
    torch.manual_seed(0)
    network = Transformer(ModelConfig.read(narrow / "config.json").transformer)
    begin(narrow, "teacher", network.state_dict())
    return SimpleNamespace(narrow=narrow, wide=wide)


def test_a_wider_transformer_says_the_same_of_the_same_channels(runs):
    widen.run(widen.WidenOptions(run=runs.wide, narrow=runs.narrow))
    configs = [ModelConfig.read(folder / "config.json") for folder in (runs.narrow, runs.wide)]
    few, many = (load_transformer(*arguments) for arguments in zip((runs.narrow, runs.wide), configs, ("teacher", "adopted")))
    noisy, condition = torch.randn(2, 1, 1, MANY, 4, 4).unbind(0)
    coverage = torch.rand(1, 1, 4, 4, 4)
    outputs = []
    for network, config, channels in zip((few, many), configs, (FEW, MANY)):
        tokens = network.embed(ego_maps(config.conditioning, noisy[:, :, :channels], condition[:, :, :channels], coverage))
        attend = lambda layer, q, k, v: v.flatten(3)
        outputs.append(network.pictures(network(tokens, torch.full((1, 1), 300.0), attend), 2, 2))
    assert torch.allclose(outputs[1][:, :, :FEW], outputs[0], atol=1e-5) and outputs[0].std() > 0.01
    assert outputs[1][:, :, FEW:].abs().max() == 0


def test_latents_of_the_shared_channels_stay_what_they_were(runs):
    widen.run(widen.WidenOptions(run=runs.wide, narrow=runs.narrow))
    pictures, latents = torch.rand(1, 4, 3, 32, 32, generator=torch.Generator().manual_seed(0)), []
    for folder in (runs.narrow, runs.wide):
        codec = load_codec(folder, ModelConfig.read(folder / "config.json"))
        latents.append(codec.normalised(codec.encode(pictures))[:, :, :FEW])
    assert (latents[0] - latents[1]).square().mean().sqrt() < 0.05 * latents[0].std()


def test_a_codec_of_another_start_is_refused(runs, clips, tmp_path):
    other = run_of(tmp_path, clips, MANY)
    state = torch.load(other / "codec.pt", weights_only=True)
    state["state"]["average"]["encoder.8.weight"].neg_()
    torch.save(state, other / "codec.pt")
    with pytest.raises(CheckpointNotUsable, match="expected at most 5%"):
        widen.run(widen.WidenOptions(run=other, narrow=runs.narrow))


def test_a_codec_of_fewer_channels_is_refused(runs):
    with pytest.raises(CheckpointNotUsable, match=f"has {FEW} latent channels; expected at least the {MANY}"):
        widen.run(widen.WidenOptions(run=runs.narrow, narrow=runs.wide))
