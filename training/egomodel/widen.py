"""Goes on with a transformer whose codec had fewer latent channels: writes adopted.pt into RUN, for train_teacher to begin with.

A codec's latents are principal components, the leading first, so a wider codec of the same start has the narrower one's
channels and more. The transformer's new inputs and outputs begin at zero: with `output_skip` it says of a new channel what
the filled prior says of it, and of the old ones what it said. Needs --run, whose train_codec has ended, and --narrow.
"""

from dataclasses import dataclass
from pathlib import Path

import torch

from .codec import Codec
from .config import ModelConfig
from .errors import CheckpointNotUsable
from .losses import blurred
from .options import main
from .runs import averaged, begin, fill

CLOSE = 0.05
"""Most relative error between both codecs' latents in the channels that they share."""


@dataclass
class WidenOptions:
    run: Path = None
    """folder of the run with the wider codec"""
    narrow: Path = None
    """folder of the run whose transformer goes on"""
    stage: str = "teacher"
    """of that run: teacher, distill or finetune"""
    seed: int = 0
    """of the pictures that both codecs are compared on"""


@torch.no_grad()
def run(options):
    wide, narrow = (ModelConfig.read(Path(folder) / "config.json") for folder in (options.run, options.narrow))
    few, many = narrow.codec.latent_channels, wide.codec.latent_channels
    if few > many:
        raise CheckpointNotUsable(f"{options.run}: its codec has {many} latent channels; expected at least the {few} of {options.narrow}")
    codecs = [Codec(config.codec) for config in (wide, narrow)]
    for codec, folder in zip(codecs, (options.run, options.narrow)):
        fill(codec, folder, "codec", "average")
    apart = difference(*codecs, few, options.seed)
    if apart > CLOSE:
        raise CheckpointNotUsable(f"{options.run}: its codec's first {few} of {many} channels are {apart:.0%} from those of {options.narrow}; "
                                  f"expected at most {CLOSE:.0%}: begin both with the same clips and --start-clips")
    keep_statistics(wide.codec, narrow.codec)
    wide.write(Path(options.run) / "config.json")
    state = widened(averaged(options.narrow, options.stage, "average"), few, many, wide.conditioning.mask_channels)
    begin(options.run, "adopted", state)
    print(f"{options.run}: {few} of {many} channels are those of {options.narrow}, to {apart:.1%}; now egomodel.cache_latents, then egomodel.train_teacher")


def difference(wide, narrow, channels, seed):
    """Relative error between two codecs' first latent channels, on random soft pictures."""
    square, frames = narrow.shape.square, narrow.shape.frames_per_latent
    noise = torch.randn(4, frames, 3, 4 * square, 4 * square, generator=torch.Generator().manual_seed(seed))
    pictures = (0.5 + 0.5 * (blurred(noise, 2) + blurred(noise, 6) * 3)).clamp(0, 1)
    ours, theirs = wide.encode(pictures)[:, :, :channels], narrow.encode(pictures)
    return float((ours - theirs).square().mean().sqrt() / (theirs - theirs.mean((0, 1, 3, 4), keepdim=True)).square().mean().sqrt())


def keep_statistics(wide, narrow):
    """The channels that both have are normalised as before, the new ones by the same rule: one factor on all deviations."""
    few = narrow.latent_channels
    factor = sum(narrow.latent_deviation) / sum(wide.latent_deviation[:few])
    wide.latent_mean = narrow.latent_mean + wide.latent_mean[few:]
    wide.latent_deviation = narrow.latent_deviation + [round(value * factor, 5) for value in wide.latent_deviation[few:]]


def widened(state, few, many, mask):
    """The transformer's weights for `many` channels: in its input latents, mask, condition, coverage (`inputs.py`); in its output latents."""
    first = state["patch_embedding.weight"]
    grown = first.new_zeros(first.shape[0], first.shape[1] + 2 * (many - few), *first.shape[2:])
    grown[:, :few] = first[:, :few]
    grown[:, many:many + mask] = first[:, few:few + mask]
    grown[:, many + mask:many + mask + few] = first[:, few + mask:2 * few + mask]
    grown[:, 2 * many + mask:] = first[:, 2 * few + mask:]
    out = {}
    for name in ("proj_out.weight", "proj_out.bias"):
        values = state[name].unflatten(0, (-1, few))
        out[name] = torch.cat([values, values.new_zeros(values.shape[0], many - few, *values.shape[2:])], 1).flatten(0, 1)
    return state | out | {"patch_embedding.weight": grown}


if __name__ == "__main__":
    main(WidenOptions, run, required=("run", "narrow"))
