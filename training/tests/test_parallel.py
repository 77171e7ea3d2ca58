"""One parallel pass gives what streaming gives, cache, eviction, places and bias included."""

import pytest
import torch

from egomodel.fixtures.toy import toy_config, toy_video
from egomodel.parallel import ParallelPass
from egomodel.places import visible
from egomodel.randomise import randomise
from egomodel.streaming import Stream
from egomodel.transformer import Transformer

SHAPES = [(1, 1, 3), (1, 2, 4), (2, 2, 4), (2, 1, 3), (2, 3, 5), (1, 0, 2), (3, 1, 12)]


def both(attention, frames=12, geometry=True, **changes):
    """Outputs of two noisy copies by streaming over clean chunks, and by one parallel pass."""
    length, sinks, window = attention
    config = toy_config("test", dict(chunk_latent_frames=length, sink_latent_frames=sinks, window_latent_frames=window), **changes)
    network = randomise(Transformer(config.transformer), 3)
    video = toy_video(config, frames, 4)
    if not geometry:
        video.points = video.rays = video.centres = None
    generator = torch.Generator().manual_seed(5)
    clean = torch.randn(video.condition.shape, generator=generator)
    noisy = torch.randn(1, 2, *clean.shape[1:], generator=generator)
    timesteps = torch.rand(1, 2, frames // length, generator=generator).mul(1000).repeat_interleave(length, 2)
    stream, streamed = Stream(config, network), []
    for first in range(0, frames, length):
        chunk = video.piece(first, length)
        stream.observe(chunk)
        own = slice(first, first + length)
        streamed.append(torch.stack([stream.denoise(chunk, noisy[:, k, own], timesteps[0, k, first]) for k in range(2)], 1))
        stream.denoise(chunk, clean[:, own], 0)
        stream.advance()
    whole = ParallelPass(config, network, (video.points, video.rays, video.centres) if geometry else None)
    return torch.cat(streamed, 2), whole(video.exo, clean, noisy, timesteps, video.condition, video.coverage)


@torch.no_grad()
@pytest.mark.parametrize("attention", SHAPES)
def test_parallel_is_streaming(attention):
    streamed, parallel = both(attention, scale=3.0, exo_mask="first")
    assert streamed.std() > 0.5
    assert (streamed - parallel).abs().max() <= 1e-4


@torch.no_grad()
def test_parallel_is_streaming_without_geometry():
    streamed, parallel = both((1, 1, 3), geometry=False)
    assert (streamed - parallel).abs().max() <= 1e-4


def test_places_are_the_clocks_until_the_cache_is_full():
    assert visible(2, 1, 3) == [(0, 0), (1, 1), (2, 2)]
    assert visible(3, 1, 3) == [(0, 0), (1, 1), (2, 2), (3, 3)]
    assert visible(9, 1, 3) == [(0, 0), (7, 1), (8, 2), (9, 3)]
    assert visible(0, 2, 4) == [(0, 0)]


@torch.no_grad()
def test_what_has_left_the_window_is_forgotten_and_the_sinks_are_not():
    config = toy_config("test", dict(chunk_latent_frames=1, sink_latent_frames=1, window_latent_frames=3))
    network = randomise(Transformer(config.transformer), 3)
    video = toy_video(config, 8, 4)

    def keys_seen_by_the_last_chunk(changed_frame):
        """Keys of the exo cache, which depend on exo latents alone, after a change to one of those."""
        exo = video.exo.clone()
        exo[:, changed_frame] += 1
        stream = Stream(config, network)
        for i in range(8):
            chunk = video.piece(i, 1)
            chunk.exo = exo[:, i:i + 1]
            stream.push(chunk)
        assert sorted({frame for _, frame in stream.exo_cache}) == [0, 6, 7]
        return {frame: stream.exo_cache[0, frame][0] for frame in (0, 6, 7)}

    usual = keys_seen_by_the_last_chunk(3)
    for changed in (0, 6, 7):
        keys = keys_seen_by_the_last_chunk(changed)
        assert [frame for frame in keys if not torch.equal(keys[frame], usual[frame])] == [changed]
