"""The codec's linear start: near the truth before any training, and latents that are an orthonormal transform."""

import numpy as np
import pytest
import torch

from egomodel.codec import Codec
from egomodel.codec_start import linear_start, principal
from egomodel.config import CodecShape
from egomodel.errors import TrainingError
from egomodel.losses import psnr
from egomodel.standin import standin_clip


def pictures(seed, side):
    """Crops [12, 8, 3, side, side] of one stand-in's two views."""
    clip, random = standin_clip(seed, frames=16, width=128), np.random.default_rng(seed)
    crops = []
    for number in range(12):
        video = clip[("ego", "exo")[number % 2]]
        t, y, x = random.integers(9), random.integers(video.shape[1] - side + 1), random.integers(video.shape[2] - side + 1)
        crops.append(video[t:t + 8, y:y + side, x:x + side])
    return torch.from_numpy(np.stack(crops)).permute(0, 1, 4, 2, 3).float() / 255


SHAPES = {"patch 2, an encoder without memory": CodecShape(latent_channels=32, patch=2, blocks=1, encoder_blocks=0, encoder_widths=[24, 64, 64],
                                                          decoder_widths=[48, 48, 32, 24], upsampling="shuffle",
                                                          encoder_time_scales=[2, 1, 1], decoder_time_scales=[1, 1, 2]),
          "patch 1, memory in both": CodecShape(latent_channels=24, blocks=1, encoder_widths=[16, 32, 48], decoder_widths=[32, 32, 24, 16],
                                                upsampling="shuffle")}


@pytest.fixture(scope="module", params=SHAPES)
def started(request):
    seen = pictures(1, 48)
    return linear_start(Codec(SHAPES[request.param]), seen), seen


@torch.no_grad()
def test_it_begins_near_the_truth(started):
    codec, seen = started
    assert psnr(codec.decode(codec.encode(seen)), seen) > 24


@torch.no_grad()
def test_its_latents_are_as_the_transform_promises(started):
    """Uncorrelated, the leading ones largest, the first as large as the decoder's clamp likes."""
    codec, seen = started
    latents = codec.encode(seen)[:, 1:].movedim(2, -1).flatten(0, -2)
    deviations = latents.std(0)
    correlation = torch.corrcoef(latents[:, :8].T) - torch.eye(8)
    assert correlation.abs().max() < 0.25
    assert abs(float(deviations[0]) - 0.4) < 0.1
    assert (deviations[:4].mean() > 2 * deviations[12:16].mean())


def test_its_encoder_is_orthonormal_up_to_one_factor(started):
    """The encoder's derivative at a block: rows of one length that stand upright on each other, and see that block alone."""
    codec, shape = started[0], started[0].shape
    block = torch.rand(1, shape.frames_per_latent, 3, 3 * shape.square, 3 * shape.square, generator=torch.Generator().manual_seed(0))
    rows = torch.autograd.functional.jacobian(lambda x: codec.encode(x)[0, 0, :12, 1, 1], block)
    gram = torch.einsum("itcyx,jtcyx->ij", rows[:, 0], rows[:, 0])
    assert (gram / gram.diagonal().mean() - torch.eye(12)).abs().max() < 0.2
    inside = rows[..., shape.square:2 * shape.square, shape.square:2 * shape.square]
    assert inside.square().sum() > 0.999 * rows.square().sum()


def test_principal_components_lead_with_the_largest():
    values = torch.randn(4000, 3, generator=torch.Generator().manual_seed(0)) * torch.tensor([0.1, 2.0, 0.5]) + 7
    mean, basis, deviations = principal(values)
    assert torch.allclose(mean, torch.full((3,), 7.0), atol=0.2) and torch.allclose(deviations, torch.tensor([2.0, 0.5, 0.1]), rtol=0.1)
    assert torch.allclose(basis.T @ basis, torch.eye(3), atol=1e-4) and abs(basis[1, 0]) > 0.99


def test_a_codec_that_enlarges_by_repeating_is_refused():
    with pytest.raises(TrainingError, match="nearest"):
        linear_start(Codec(CodecShape()), pictures(1, 48))
