"""Rotary places of tokens in (time, row, column), as in Wan.

Of a head of d channels, the row and the column take 2*(d//6) each and time takes the rest, in the order time, row, column.
Channels go in neighbouring pairs; pair i of n channels turns by place * 10000^(-2i/n).
"""

import torch


def head_split(d):
    """How many of a head's d channels belong to (time, row, column)."""
    side = 2 * (d // 6)
    return d - 2 * side, side, side


def angles(places, channels):
    """Angles [..., channels/2] of integer `places` [...]."""
    powers = torch.arange(0, channels, 2, dtype=torch.float64, device=places.device) / channels
    return (places.double()[..., None] * 10000.0**-powers).float()


def grid_places(rows, columns, first_column=0):
    """(row, column) of every token of a picture, row by row: int64 [rows*columns, 2]."""
    row, column = torch.meshgrid(torch.arange(rows), first_column + torch.arange(columns), indexing="ij")
    return torch.stack([row.reshape(-1), column.reshape(-1)], -1)


class Turns:
    """The turns (unit complex numbers [G, n, 1, d/2]) of G latent frames at `times` [G] with n tokens each at `places` [n, 2]."""

    def __init__(self, times, places, d, device=None):
        time, row, column = head_split(d)
        times, places = torch.as_tensor(times, device=device), places.to(device)
        n = len(places)
        space = torch.cat([angles(places[:, 0], row), angles(places[:, 1], column)], -1)
        angle = torch.cat([angles(times, time)[:, None].expand(-1, n, -1), space[None].expand(len(times), -1, -1)], -1)
        self.turn = torch.polar(torch.ones_like(angle), angle)[:, :, None]

    def __call__(self, x):
        """Turns x [B, G, n, heads, d]."""
        pairs = torch.view_as_complex(x.float().unflatten(-1, (-1, 2)))
        return torch.view_as_real(pairs * self.turn).flatten(-2).to(x.dtype)
