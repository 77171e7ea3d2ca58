"""What a picture is judged by while training. Pictures are [..., 3, H, W] in 0...1, but for `psnr_of_bytes`."""

import math

import numpy as np
import torch
import torch.nn.functional as F


def flat(pictures):
    return pictures.flatten(0, -4).float()


def gradient_loss(made, true, scales=3):
    """Mean absolute difference of neighbouring pixels' differences, at several sizes."""
    made, true, total = flat(made), flat(true), 0.0
    for scale in range(scales):
        if scale:
            made, true = F.avg_pool2d(made, 2), F.avg_pool2d(true, 2)
        total = total + (made.diff(dim=-1) - true.diff(dim=-1)).abs().mean() + (made.diff(dim=-2) - true.diff(dim=-2)).abs().mean()
    return total / scales


def border_loss(made, true, square):
    """Mean absolute difference of gradients across the borders of squares of pixels, where a latent's neighbour begins."""
    total = 0.0
    for dim in (-2, -1):
        across = (flat(made).diff(dim=dim) - flat(true).diff(dim=dim)).abs()
        borders = torch.arange(square - 1, across.shape[dim], square, device=across.device)
        total = total + across.index_select(dim, borders).mean()
    return total


def low_band_loss(made, true, factor=8):
    """Mean absolute difference of pictures that are `factor` times smaller."""
    return (F.avg_pool2d(flat(made), factor) - F.avg_pool2d(flat(true), factor)).abs().mean()


def psnr(made, true, mask=None):
    """Decibels over all pixels, or over those where `mask` (broadcast to the pictures) is true."""
    square = (made.float().clamp(0, 1) - true.float()).square()
    mean = square.mean() if mask is None else (square * mask).sum() / mask.expand_as(square).sum().clamp_min(1)
    return decibels(float(mean))


def psnr_of_bytes(made, true):
    """Decibels over all of two uint8 arrays."""
    return decibels(np.square(made.astype(np.float64) - true).mean() / 255**2)


def decibels(mean_square):
    """The PSNR of pictures in 0...1 with that mean squared error; 100 where there is none."""
    return -10 * math.log10(max(mean_square, 1e-10))


def blurred(pictures, sigma):
    """A Gaussian of `sigma` pixels over [..., 3, H, W], with edges mirrored."""
    reach = min(int(3 * sigma + 0.5), min(pictures.shape[-2:]) - 1)
    offset = torch.arange(-reach, reach + 1, device=pictures.device)
    kernel = torch.exp(-offset.square() / (2 * sigma * sigma))
    kernel = (kernel / kernel.sum()).to(torch.float32)
    x = pictures.float().flatten(0, -3)[:, None]
    x = F.conv2d(F.pad(x, (reach, reach, 0, 0), "reflect"), kernel[None, None, None, :])
    x = F.conv2d(F.pad(x, (0, 0, reach, reach), "reflect"), kernel[None, None, :, None])
    return x.reshape(pictures.shape)


def ssim(made, true):
    """Structural similarity: the mean of `similarity`."""
    return float(similarity(made, true).mean())


def similarity(made, true):
    """Structural similarity of every pixel and colour (Wang et al. 2004), with a Gaussian window of 1.5 pixels."""
    made, true = made.float(), true.float()
    a, b = blurred(made, 1.5), blurred(true, 1.5)
    aa, bb, ab = blurred(made * made, 1.5) - a * a, blurred(true * true, 1.5) - b * b, blurred(made * true, 1.5) - a * b
    return ((2 * a * b + 1e-4) * (2 * ab + 9e-4)) / ((a * a + b * b + 1e-4) * (aa + bb + 9e-4))


def sharpness(made, true):
    """The mean gradient over the truth's: 1 is right, 0.2 a blur, 1.5 noise."""
    size = lambda x: (x.diff(dim=-1).abs().mean() + x.diff(dim=-2).abs().mean())
    return float(size(made.float()) / size(true.float()).clamp_min(1e-6))
