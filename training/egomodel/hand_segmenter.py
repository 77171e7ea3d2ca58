"""A small U-Net that finds the wearer's hands and arms in an ego picture, to judge whether a model's hands look like hands.

It learns from true pictures of training clips, a little blurred and noisy at times and with their colours changed, so that a
codec's softness alone does not hide a hand from it. Writes RUN/hands.pt. Needs --clips and --run.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from .dataset import Clips, apply_colour, colour_change
from .losses import blurred
from .loop import Average, Loop, LoopOptions, Randomness, step_with
from .options import main
from .precision import half_precision
from .runs import averaged
from .scores import ARM, HAND

WIDTHS = (16, 32, 56, 72)
CLASSES = 3
"""Everything else, hand, arm: the numbers of the clips' tags."""


@dataclass
class SegmenterOptions(LoopOptions):
    clips: Path = None
    """folder of clip_*.npz"""
    minutes: float = 4.0
    """of training in all, earlier runs of the stage included"""
    batch: int = 6
    """pictures a step, each of another clip"""
    rate: float = 2e-3
    """of learning"""
    held_out: int = 24
    """clips that are not trained on, the last by name"""


def double(inputs, outputs):
    """Two convolutions; groups are normalised, which does not care how blurred other pictures are."""
    layers = []
    for before in (inputs, outputs):
        layers += [nn.Conv2d(before, outputs, 3, padding=1, bias=False), nn.GroupNorm(8, outputs), nn.ReLU()]
    return nn.Sequential(*layers)


class Segmenter(nn.Module):
    """Pictures [N, 3, H, W] in 0...1 to logits [N, CLASSES, H, W]; sides are multiples of 16. Works at half size within."""

    def __init__(self):
        super().__init__()
        self.down = nn.ModuleList(double(before, width) for before, width in zip((12, *WIDTHS), WIDTHS))
        self.up = nn.ModuleList(double(deep + width, width) for deep, width in zip(WIDTHS[:0:-1], WIDTHS[-2::-1]))
        self.head = nn.Conv2d(WIDTHS[0], 4 * CLASSES, 1)

    def forward(self, pictures):
        x, beside = F.pixel_unshuffle(pictures - 0.5, 2).contiguous(memory_format=torch.channels_last), []
        for level, layer in enumerate(self.down):
            x = layer(F.max_pool2d(x, 2) if level else x)
            beside.append(x)
        for layer, skip in zip(self.up, beside[-2::-1]):
            x = layer(torch.cat([F.interpolate(x, scale_factor=2, mode="nearest"), skip], 1))
        return F.pixel_shuffle(self.head(x), 2)


def load(run, device="cpu"):
    """The segmenter of a run. Raises `CheckpointNotUsable`."""
    network = Segmenter()
    network.load_state_dict(averaged(run, "hands", "average"))
    return network.to(device, memory_format=torch.channels_last).eval().requires_grad_(False)


@torch.no_grad()
def hand_masks(network, video, device="cpu"):
    """bool [T, H, W] of uint8 [T, H, W, 3]: where the wearer's hands are."""
    found = []
    for part in np.array_split(video, max(1, len(video) // 8)):
        pictures = torch.from_numpy(part).permute(0, 3, 1, 2).float().to(device) / 255
        with half_precision(device):
            found.append((network(pictures).argmax(1) == HAND).cpu().numpy())
    return np.concatenate(found)


def train(options):
    clips = Clips(options.clips).split(options.held_out)[0]
    clips = clips.first(1) if options.overfit else clips
    torch.manual_seed(options.seed)
    network = Segmenter().to(options.device, memory_format=torch.channels_last)
    average = Average(network, options.ema)
    optimiser = torch.optim.AdamW(network.parameters(), options.rate, weight_decay=1e-3)
    loop = Loop("hands", options, {"network": network, "average": average, "optimiser": optimiser})

    def batch(step):
        random = Randomness(options.seed, step)
        return [torch.stack(parts) for parts in zip(*(example(random, clips) for _ in range(options.batch)))]

    def step(batch):
        pictures, classes = (part.to(options.device) for part in batch)
        with half_precision(options.device):
            logits = network(pictures)
        loss = segmentation_loss(logits.float(), classes)
        loss.backward()
        norm = step_with(optimiser, network.parameters(), loop.rate)
        average.follow(network, loop.step)
        found, true = logits.detach().argmax(1) == HAND, classes == HAND
        return {"loss": float(loss.detach()), "iou": float((found & true).sum() / (found | true).sum().clamp_min(1)), "norm": norm}

    loop.run(batch, step)
    print(clips.report())


def example(random, clips):
    """(picture [3, H, W], classes [H, W]) of a frame of a clip; three times in four of one that shows a hand, if any does."""
    draws = random.numpy
    _, (ego, tags) = clips.draw(draws, "ego", "ego_tags")
    with_hands = np.flatnonzero((tags == HAND).any((1, 2)))
    chosen = draws.choice(with_hands) if len(with_hands) and draws.random() < 0.75 else draws.integers(len(ego))
    picture = torch.from_numpy(apply_colour(ego[chosen], colour_change(draws))).permute(2, 0, 1)
    classes = torch.from_numpy(np.where(np.isin(tags[chosen], (HAND, ARM)), tags[chosen], 0).astype(np.int64))
    if draws.random() < 0.5:
        picture, classes = picture.flip(-1), classes.flip(-1)
    if draws.random() < 0.5:
        picture = blurred(picture, float(draws.uniform(0.4, 1.5)))
    picture = picture + float(draws.uniform(0, 0.03)) * random.normal(*picture.shape)
    return picture.clamp(0, 1), classes


def segmentation_loss(logits, classes):
    """Cross-entropy, hands counting twice, and one minus the soft overlap of hands."""
    weights = torch.tensor([1.0, 2.0, 1.0], device=logits.device)
    hand, true = logits.softmax(1)[:, HAND], (classes == HAND).float()
    overlap = (2 * (hand * true).sum() + 1) / (hand.sum() + true.sum() + 1)
    return F.cross_entropy(logits, classes, weights) + 1 - overlap


if __name__ == "__main__":
    main(SegmenterOptions, train, required=("run", "clips"))
