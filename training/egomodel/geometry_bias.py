"""Geometry-guided attention: ego queries are drawn to exo keys that lie where they look (docs/models.md)."""

import torch

NO_POINT = 1e18
"""The coordinates of a token without depth."""


def geometry_bias(rays, points, centres, scale=1.0):
    """What is added to the logits of ego queries on exo keys.

    rays    [..., G, n, 3]  unit directions in the world; a ray of length zero carries no bias
    points  [..., m, 3]     world points of the keys; NO_POINT where a key has none
    centres [..., G, 3]     where the ego camera stood, a group of queries each
    result  [..., G*n, m]   log(c + 1 + 1e-6), c = clamp(ray . normalise(point - centre), -1, 1), times `scale` where positive
    """
    offset = points.unsqueeze(-3) - centres.unsqueeze(-2)
    offset = torch.where(points.unsqueeze(-3).abs() < NO_POINT / 10, offset, torch.zeros_like(offset))
    direction = offset / offset.norm(dim=-1, keepdim=True).clamp_min(1e-12)
    c = (rays @ direction.transpose(-1, -2)).clamp(-1, 1)
    bias = torch.log(torch.where(c > 0, c * scale, c) + 1 + 1e-6)
    has_ray = rays.square().sum(-1, keepdim=True) > 0
    has_point = (offset.square().sum(-1) > 0).unsqueeze(-2)
    return torch.where(has_ray & has_point, bias, torch.zeros_like(bias)).flatten(-3, -2)
