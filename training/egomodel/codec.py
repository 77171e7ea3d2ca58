"""The video codec: a causal convolutional autoencoder of the TAEHV shape (docs/models.md, "Codec").

Every layer that looks back in time keeps the last frame it saw, so one function serves both uses: a whole clip is one
call, a stream is many calls that hand the memory on. Both give the same numbers.
"""

import torch
import torch.nn.functional as F
from torch import nn


def conv3(inputs, outputs, stride=1, bias=True):
    return nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=bias)


class Mem(nn.Module):
    """Mixes every frame with the one before it."""

    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Sequential(conv3(2 * channels, channels), nn.ReLU(), conv3(channels, channels), nn.ReLU(),
                                  conv3(channels, channels))

    def forward(self, x, batch, before):
        """`before` [B, c, H, W] is the frame before x's first, or None for zeros. Returns the result and the next `before`."""
        body, last = x.split([len(x) - batch, batch])
        before = torch.zeros_like(last) if before is None else before.to(x.dtype)
        return F.relu(self.conv(torch.cat([x, torch.cat([before, body])], 1)) + x), last


class TPool(nn.Module):
    """s frames to one: side by side in the channels, earliest first, then 1x1."""

    def __init__(self, channels, scale):
        super().__init__()
        self.scale = scale
        self.conv = nn.Conv2d(channels * scale, channels, 1, bias=False)

    def forward(self, x, batch):
        frames = x.split(batch)
        beside = [torch.cat(frames[first::self.scale]) for first in range(self.scale)]
        return self.conv(torch.cat(beside, 1))


class TGrow(nn.Module):
    """One frame to s: 1x1 to s groups of channels, which become frames in order."""

    def __init__(self, channels, scale):
        super().__init__()
        self.scale = scale
        self.conv = nn.Conv2d(channels, channels * scale, 1, bias=False)

    def forward(self, x, batch):
        groups = [group.split(batch) for group in self.conv(x).chunk(self.scale, 1)]
        return torch.cat([frame for moment in zip(*groups) for frame in moment])

    def _load_from_state_dict(self, state_dict, prefix, *arguments):
        """A stored layer with more rows keeps its last ones."""
        name = prefix + "conv.weight"
        if name in state_dict:
            state_dict[name] = state_dict[name][-self.conv.out_channels:]
        super()._load_from_state_dict(state_dict, prefix, *arguments)


class SoftClamp(nn.Module):
    def forward(self, x):
        return 3 * torch.tanh(x / 3)


class Codec(nn.Module):
    """Pictures [B, T*k, 3, H, W] in 0...1 to latents [B, k, latent_channels, H/8p, W/8p] and back."""

    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        e, colours = shape.encoder_widths, 3 * shape.patch**2
        blocks = shape.blocks if shape.encoder_blocks is None else shape.encoder_blocks
        layers = [conv3(colours, e[0]), nn.ReLU()]
        for scale, before, width in zip(shape.encoder_time_scales, [e[0], *e], e):
            layers += [TPool(before, scale), conv3(before, width, 2, bias=False), *(Mem(width) for _ in range(blocks))]
        self.encoder = nn.Sequential(*layers, conv3(e[-1], shape.latent_channels))
        n = shape.decoder_widths
        layers = [SoftClamp(), conv3(shape.latent_channels, n[0]), nn.ReLU()]
        for stage, scale in enumerate(shape.decoder_time_scales):
            layers += [Mem(n[stage]) for _ in range(shape.blocks if shape.decoder_blocks is None else shape.decoder_blocks[stage])]
            if shape.upsampling == "shuffle":
                layers += [TGrow(n[stage], scale), conv3(n[stage], 4 * n[stage + 1], bias=False), nn.PixelShuffle(2)]
            else:
                layers += [nn.Upsample(scale_factor=2), TGrow(n[stage], scale), conv3(n[stage], n[stage + 1], bias=False)]
        self.decoder = nn.Sequential(*layers, nn.ReLU(), conv3(n[3], colours))
        self.register_buffer("mean", torch.zeros(1), persistent=False)
        self.register_buffer("deviation", torch.ones(1), persistent=False)
        self.set_statistics(shape.latent_mean, shape.latent_deviation)

    def set_statistics(self, mean, deviation):
        """`mean` and `deviation`: one value a channel, or one for all."""
        self.mean = torch.tensor(mean, device=self.mean.device)[:, None, None]
        self.deviation = torch.tensor(deviation, device=self.mean.device)[:, None, None]

    def encode(self, pictures, memory=None):
        """Latents of the codec's own scale. With `memory` (a dict, {} to begin) the clip goes on where the last call ended."""
        if self.shape.patch > 1:
            pictures = F.pixel_unshuffle(pictures, self.shape.patch)
        return run(self.encoder, pictures, {} if memory is None else memory)

    def decode(self, latents, memory=None, clamp=True):
        """Pictures of codec latents; the first `trimmed_frames` after a reset are dropped. `clamp=False` for a loss."""
        memory = {} if memory is None else memory
        trimmed = 0 if memory else self.shape.trimmed_frames
        pictures = run(self.decoder, latents, memory)[:, trimmed:]
        if self.shape.patch > 1:
            pictures = F.pixel_shuffle(pictures, self.shape.patch)
        return pictures.clamp(0, 1) if clamp else pictures

    def normalised(self, latents):
        """As the transformer sees them."""
        return (latents - self.mean) / self.deviation

    def denormalised(self, latents):
        return latents * self.deviation + self.mean


def run(layers, x, memory):
    """Applies `layers` to x [B, T, C, H, W]; `memory` maps the index of each Mem to the last frame it saw, and is updated.

    Within, frames are the first dimension, [T*B, C, H, W] with channels last in memory, which convolutions like best.
    """
    batch = len(x)
    x = x.transpose(0, 1).flatten(0, 1).contiguous(memory_format=torch.channels_last)
    for index, layer in enumerate(layers):
        if isinstance(layer, Mem):
            x, memory[index] = layer(x, batch, memory.get(index))
        elif isinstance(layer, (TPool, TGrow)):
            x = layer(x, batch)
        else:
            x = layer(x)
    return x.unflatten(0, (-1, batch)).transpose(0, 1)
