"""The transformer's input channels: latent, mask, condition, coverage (docs/models.md, "Transformer")."""

import torch
import torch.nn.functional as F


def exo_maps(conditioning, latents, first_frame):
    """[B, G, C, h, w] of clean exo latents [B, G, c, h, w]; `first_frame` is the latent frame's number of the first of G."""
    b, g, _, h, w = latents.shape
    mask = latents.new_zeros(b, g, conditioning.mask_channels, h, w)
    if conditioning.exo_mask == "all":
        mask[:] = 1
    elif first_frame == 0:
        mask[:, 0] = 1
    coverage = latents.new_ones(b, g, conditioning.coverage_channels, h, w)
    return torch.cat([latents, mask, latents, coverage], 2)


def ego_maps(conditioning, latents, condition, coverage):
    """[B, G, C, h, w] of noisy ego latents, latents of the filled prior, and coverage [B, G, T, h, w] in 0...1."""
    b, g, _, h, w = latents.shape
    mask = latents.new_zeros(b, g, conditioning.mask_channels, h, w)
    return torch.cat([latents, mask, condition, coverage], 2)


def pooled_coverage(coverage, frames_per_latent, square):
    """Coverage [B, T*k, H, W] in 0...1 to [B, k, T, H/square, W/square]: the mean over every latent element's square."""
    return F.avg_pool2d(coverage, square).unflatten(1, (-1, frames_per_latent))
