"""A codec to begin training from: the best linear transform of whole blocks, written into the layers of a convolutional codec.

From random weights a codec of this depth shows grey for its first hundred steps and stays behind the plain principal components
of its own blocks for thousands. So it begins as those: layer by layer, least squares on real pictures set the weights so that
every layer holds the leading components of the block of pixels and frames that it stands for, and the latents hold those of
the whole block, orthonormal up to one factor. Every Mem begins as the identity, lifted by so much that its ReLU cuts nothing.
Channel 0 of every layer is one everywhere, since most layers have no bias. Training then only has to bend what is there.
"""

import torch
from torch import nn

from .codec import Mem, TGrow, TPool, run
from .errors import TrainingError

LIFT = 4.0
"""Deviations by which a Mem raises its channels above zero."""
LARGEST_LATENT = 0.4
"""Deviation of the first latent channel: the decoder's soft clamp is nearly straight there."""
RIDGE = 1e-5


@torch.no_grad()
def linear_start(codec, pictures, seed=0):
    """Sets the weights of a codec with shuffled upsampling from pictures [B, T, 3, H, W] in 0...1; returns the codec.

    T and both sides are multiples of what one latent stands for; some thousands of blocks in all make a good start.
    """
    shape = codec.shape
    if shape.upsampling != "shuffle":
        raise TrainingError(f"codec.upsampling is {shape.upsampling}; only a codec with shuffle can begin as a linear transform")
    Start(codec, pictures, torch.Generator().manual_seed(seed)).begin()
    return codec


class Start:
    def __init__(self, codec, pictures, generator):
        self.codec, self.shape, self.pictures, self.generator = codec, codec.shape, pictures, generator
        self.found = {}
        """(frames, side) to the principal components of such blocks."""

    def begin(self):
        for layer in self.codec.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=self.generator)
                if layer.bias is not None:
                    layer.bias.zero_()
        self.decode(self.encode())

    def components(self, frames, side, count):
        """One, then leading components of blocks of frames x side x side pixels, mixed to like sizes: [B, T', H', W', count].

        Never more than a block has numbers.
        """
        blocks = block_values(self.pictures, frames, side)
        count = min(count - 1, blocks.shape[-1])
        mean, basis, deviations = self.principal(frames, side, blocks, count)
        mixing = torch.linalg.qr(torch.randn(count, count, generator=self.generator))[0]
        values = (blocks - mean) @ basis @ mixing / deviations.square().mean().sqrt()
        return torch.cat([torch.ones_like(values[..., :1]), values], -1)

    def principal(self, frames, side, blocks, count):
        if (frames, side) not in self.found:
            self.found[frames, side] = principal(blocks)
        mean, basis, deviations = self.found[frames, side]
        return mean, basis[:, :count], deviations[:count]

    def encode(self):
        """Sets the encoder; returns the latents [B, k, c, h, w]."""
        shape, p = self.shape, self.shape.patch
        x = nn.functional.pixel_unshuffle(self.pictures, p) if p > 1 else self.pictures
        frames, side = 1, p
        first, colours = self.codec.encoder[0], x.shape[2]
        first.weight[: colours + 1] = 0
        first.weight[1 + torch.arange(colours), torch.arange(colours), 1, 1] = 1
        first.bias[0] = 1
        for layer in self.codec.encoder[:-1]:
            if isinstance(layer, TPool):
                frames *= layer.scale
                beside = channels_last(x).unflatten(1, (-1, layer.scale)).movedim(2, -2).flatten(-2)
                fit(layer.conv.weight[:, :, 0, 0], beside, self.components(frames, side, layer.conv.out_channels))
            elif isinstance(layer, nn.Conv2d) and layer.stride == (2, 2):
                side = 2 * side
                corners = quadrants(channels_last(x))
                found = torch.empty(layer.out_channels, 2, 2, layer.in_channels)
                rows = fit(found.flatten(1), corners.flatten(-3), self.components(frames, side, layer.out_channels))
                layer.weight[:rows] = 0
                layer.weight[:rows, :, 1:, 1:] = found[:rows].permute(0, 3, 1, 2)
            x = self.applied(layer, x)
        blocks = block_values(self.pictures, frames, side)
        mean, basis, deviations = self.principal(frames, side, blocks, shape.latent_channels)
        self.centre(self.codec.encoder[-1], x, (blocks - mean) @ basis * (LARGEST_LATENT / deviations[0]))
        return run(self.codec.encoder[-1:], x, {})

    def decode(self, latents):
        """Sets the decoder for latents [B, k, c, h, w]."""
        shape, n = self.shape, self.shape.decoder_widths
        frames, side = shape.frames_per_latent, shape.square
        count = min(shape.latent_channels, n[0] - 1)
        flat = channels_last(latents)
        mixing = torch.linalg.qr(torch.randn(count, count, generator=self.generator))[0]
        sizes = flat.flatten(0, -2).std(0)[:count].clamp_min(1e-6).sqrt()
        mixed = flat[..., :count] / sizes @ mixing
        mixed = mixed / mixed.flatten(0, -2).std() + LIFT
        self.centre(self.codec.decoder[1], latents, torch.cat([torch.ones_like(mixed[..., :1]), mixed], -1))
        x = run(self.codec.decoder[:3], latents, {})
        stage = 0
        for layer in self.codec.decoder[3:-2]:
            if isinstance(layer, TGrow):
                frames //= layer.scale
                wanted = self.components(frames, side, n[stage])
                together = wanted.unflatten(1, (-1, layer.scale)).movedim(2, -2)
                found = layer.conv.weight[:, :, 0, 0].unflatten(0, (layer.scale, -1))
                for frame in range(layer.scale):
                    fit(found[frame], channels_last(x), together[..., frame, :])
            elif isinstance(layer, nn.Conv2d):
                side, stage = side // 2, stage + 1
                last = stage == len(n) - 1
                wanted = block_values(self.pictures, frames, side) + 0.25 if last else self.components(frames, side, n[stage])
                corners = quadrants(wanted)
                found = layer.weight.unflatten(0, (-1, 2, 2))
                for row in range(2):
                    for column in range(2):
                        found[: wanted.shape[-1], row, column] = 0
                        fit(found[:, row, column, :, 1, 1], channels_last(x), corners[..., row, column, :])
            x = self.applied(layer, x)
        colours = nn.functional.pixel_unshuffle(self.pictures, shape.patch) if shape.patch > 1 else self.pictures
        self.centre(self.codec.decoder[-1], run([self.codec.decoder[-2]], x, {}), channels_last(colours))

    def applied(self, layer, x):
        """x [B, T, C, H, W] after `layer`; a Mem is first made the identity."""
        if isinstance(layer, Mem):
            values = channels_last(x).flatten(0, -2)
            mean, deviation = values.mean(0), values.std(0)
            lift = LIFT * deviation - mean
            lift[0] = 0  # one everywhere, and stays so
            layer.conv[4].weight.zero_()
            layer.conv[4].bias.copy_(lift)
            # What is added on the way is about how channels differ from their means, not about the means.
            layer.conv[0].bias.copy_(-(layer.conv[0].weight.sum((2, 3)) @ torch.cat([mean, mean])))
        return run([layer], x, {})

    def centre(self, conv, x, wanted):
        """Sets a 3x3 convolution with a bias to give `wanted` [B, T, H, W, k] in its first channels, from the middle of its window."""
        inputs = channels_last(x)
        rows = wanted.shape[-1]
        conv.weight[:rows] = 0
        conv.bias[:rows] = 0
        ones = torch.ones_like(inputs[..., :1])
        found = torch.zeros(conv.out_channels, conv.in_channels + 1)
        fit(found, torch.cat([inputs, ones], -1), wanted)
        conv.weight[:rows, :, 1, 1], conv.bias[:rows] = found[:rows, :-1], found[:rows, -1]


def channels_last(x):
    """[B, T, C, H, W] to [B, T, H, W, C]."""
    return x.movedim(2, -1)


def quadrants(values):
    """[B, T, H, W, C] to squares of four, [B, T, H/2, W/2, 2, 2, C]: rows of a square, then columns."""
    return values.unflatten(2, (-1, 2)).unflatten(4, (-1, 2)).permute(0, 1, 2, 4, 3, 5, 6)


def block_values(pictures, frames, side):
    """[B, T, 3, H, W] to the values of blocks: [B, T/frames, H/side, W/side, 3 * side * side * frames], colours of a pixel square first."""
    b, t, c, h, w = pictures.shape
    cut = pictures.reshape(b, t // frames, frames, c, h // side, side, w // side, side)
    return cut.permute(0, 1, 4, 6, 2, 3, 5, 7).flatten(4)


def principal(blocks):
    """(mean [D], basis [D, D], deviations [D]) of the principal components of [..., D], the leading first."""
    values = blocks.flatten(0, -2)
    mean = values.mean(0)
    covariance = torch.zeros(values.shape[1], values.shape[1])
    for part in values.split(8192):
        covariance += (part - mean).T @ (part - mean)
    sizes, vectors = torch.linalg.eigh(covariance / len(values))
    return mean, vectors.flip(1), sizes.flip(0).clamp_min(1e-10).sqrt()


def fit(rows, inputs, wanted):
    """Sets the first rows of a matrix [out, in] so that it takes `inputs` [..., in] to `wanted` [..., k], by least squares; returns k."""
    x, y = inputs.flatten(0, -2), wanted.flatten(0, -2)
    square, product = 0, 0
    for some, their in zip(x.split(16384), y.split(16384)):
        some, their = some.double(), their.double()
        square, product = square + some.T @ some, product + some.T @ their
    square += RIDGE * square.diagonal().mean() * torch.eye(len(square), dtype=square.dtype)
    rows[: y.shape[1]] = torch.linalg.solve(square, product).T.to(rows.dtype)
    return y.shape[1]
