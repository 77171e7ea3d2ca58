"""The reference networks against what diffusers and PEFT gave, and against themselves in other forms."""

import contextlib
import json
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from egomodel.codec import Codec
from egomodel.config import CodecShape, ModelConfig, TransformerShape
from egomodel.errors import ConfigNotUsable
from egomodel.geometry_bias import NO_POINT, geometry_bias
from egomodel.inputs import ego_maps, exo_maps, pooled_coverage
from egomodel.layout import from_product, to_product
from egomodel.precision import half_precision
from egomodel.rope import grid_places, head_split
from egomodel.streaming import Chunk, Stream
from egomodel.transformer import Transformer, see_all

FIXTURES = Path(__file__).parents[2] / "Tests" / "NetworksTests" / "Fixtures"


def fixture(name, *files):
    return [load_file(FIXTURES / name / f"{file}.safetensors") for file in files]


@torch.no_grad()
@pytest.mark.parametrize("name", ["wan-t2v", "wan-i2v"])
def test_weights_of_diffusers_give_its_outputs(name):
    weights, io = fixture(name, "weights", "io")
    document = json.loads((FIXTURES / name / "config.json").read_text())
    shape = TransformerShape(**{k: v for k, v in document.items() if k != "rope_max_seq_len"})
    network = Transformer(shape)
    network.load_state_dict(weights)
    assert network.state_dict().keys() == weights.keys()
    x = io["hidden_states"]
    frames, rows, columns = x.shape[2], x.shape[3] // 2, x.shape[4] // 2
    attend = see_all(range(frames), grid_places(rows, columns), shape.attention_head_dim)

    def output(times):
        values = network(network.embed(x.transpose(1, 2)), times, attend, io["text"], io.get("image"))
        return network.pictures(values, rows, columns).transpose(1, 2)

    assert (output(io["timestep"].expand(1, frames)) - io["output"]).abs().max() <= 1e-4
    if "frame_timesteps" in io:
        assert (output(io["frame_timesteps"][None]) - io["output_frame_timesteps"]).abs().max() <= 1e-4


@torch.no_grad()
@pytest.mark.parametrize("name", ["codec", "codec-wan", "codec-shuffle"])
def test_a_codec_streams_what_it_does_at_once(name):
    weights, io = fixture(name, "codec", "io")
    codec = Codec(CodecShape(**json.loads((FIXTURES / name / "config.json").read_text())))
    codec.load_state_dict(weights)
    pictures, memory, back = from_product(io["pictures"]), {}, {}
    latents = [codec.encode(pictures[:, i:i + 4], memory) for i in range(0, pictures.shape[1], 4)]
    decoded = torch.cat([codec.decode(latent, back) for latent in latents], 1)
    assert (to_product(torch.cat(latents, 1)) - io["latents"]).abs().max() <= 1e-4
    assert (to_product(decoded) - io["decoded"]).abs().max() <= 1e-4
    assert torch.allclose(codec.denormalised(codec.normalised(latents[0])), latents[0], atol=1e-5)


@torch.no_grad()
@pytest.mark.parametrize("name", ["causal-chunk-2", "causal-uneven", "causal-last-step"])
def test_the_causal_fixtures_are_what_streaming_gives(name):
    weights, io = fixture(name, "transformer", "io")
    config = ModelConfig.read(FIXTURES / name / "config.json")
    network = Transformer(config.transformer)
    network.load_state_dict({k: v.float() for k, v in weights.items()})
    maps = [from_product(io[k]) for k in ("exo_latents", "condition_latents", "coverage")]
    video, stream = Chunk(*maps, *(io[k][None] for k in ("points", "rays", "centres"))), Stream(config, network)
    length = config.attention.chunk_latent_frames
    made = torch.cat([stream.push(video.piece(i, length)) for i in range(0, video.exo.shape[1], length)], 1)
    assert (to_product(made) - io["latents"]).abs().max() <= 1e-4


def test_a_head_is_split_as_wan_does():
    assert head_split(128) == (44, 42, 42)
    assert head_split(64) == (24, 20, 20)


def test_the_bias_draws_to_what_lies_ahead():
    points = torch.tensor([[0.0, 5, 0], [0, -5, 0], [5, 0, 0], [NO_POINT] * 3])
    rays = torch.tensor([[[0.0, 1, 0], [0, 0, 0]]])
    bias = geometry_bias(rays, points, torch.zeros(1, 3), 1.0)
    assert torch.allclose(bias[0], torch.tensor([2.0 + 1e-6, 1e-6, 1 + 1e-6, 1.0]).log(), atol=1e-5)
    assert (bias[1] == 0).all()
    assert torch.allclose(geometry_bias(rays, points, torch.zeros(1, 3), 3.0)[0, :2], torch.tensor([4.0, 1e-6]).log(), atol=1e-3)


def test_channels_stand_in_the_order_of_the_page():
    conditioning = ModelConfig().conditioning
    latent, condition = torch.full((1, 2, 16, 4, 4), 2.0), torch.full((1, 2, 16, 4, 4), 3.0)
    ego = ego_maps(conditioning, latent, condition, torch.full((1, 2, 4, 4, 4), 0.5))
    assert ego[0, 0, [0, 16, 20, 36], 0, 0].tolist() == [2.0, 0.0, 3.0, 0.5] and ego.shape[2] == 40
    conditioning.exo_mask = "first"
    exo = exo_maps(conditioning, latent, first_frame=0)
    assert exo[0, :, 16, 0, 0].tolist() == [1.0, 0.0] and exo[0, 1, [0, 20, 36], 0, 0].tolist() == [2.0, 2.0, 1.0]
    assert exo_maps(conditioning, latent, first_frame=2)[0, :, 16].max() == 0
    coverage = torch.zeros(1, 8, 16, 16)
    coverage[:, 5, :4, :8] = 1
    assert pooled_coverage(coverage, 4, 8)[0, 1, 1].tolist() == [[0.5, 0.0], [0.0, 0.0]]


def test_a_config_survives_and_a_wrong_one_is_refused(tmp_path):
    config = ModelConfig().checked()
    config.write(tmp_path / "config.json")
    assert ModelConfig.read(tmp_path / "config.json") == config
    for part, field, value in (("transformer", "in_channels", 36), ("transformer", "output_skip", "condition"), ("exo", "height", 140),
                               ("attention", "window_latent_frames", 0), ("attention", "mode", "sparse")):
        wrong = ModelConfig()
        setattr(getattr(wrong, part), field, value)
        with pytest.raises(ConfigNotUsable):
            wrong.checked()


def test_the_border_loss_sees_a_grid_of_its_own_size_alone():
    from egomodel.losses import border_loss
    true = torch.full((1, 2, 3, 32, 32), 0.5)
    assert border_loss(true, true, 8) == 0
    place = torch.arange(32)
    for side, expected in ((8, 0.2), (5, 0.0)):  # steps of 0.1 at borders, in both directions
        grid = true + 0.1 * ((place // side) % 2)[:, None] + 0.1 * ((place // side) % 2)
        at_borders = border_loss(grid, true, 8)
        assert abs(float(at_borders) - expected) < 1e-5


def test_half_precision_is_never_slower_by_much():
    layer, x = torch.nn.Linear(256, 256), torch.rand(256, 256)

    def seconds(context):
        begin = time.thread_time()
        with torch.no_grad(), context:
            layer(x)
        return time.thread_time() - begin

    half, full = (min(seconds(context()) for _ in range(9)) for context in (lambda: half_precision("cpu"), contextlib.nullcontext))
    assert half < 4 * full
