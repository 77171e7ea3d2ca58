"""A causal model on a whole clip at once: every chunk denoised with the clean chunks before it (teacher forcing).

One pass holds the exo tokens once, the ego tokens once clean and K times noisy. It gives, for every chunk and copy, what
`streaming.py` would give after it had streamed the clean chunks before; only there is no loop over time to wait for.

    clean   [B, F] latent frames at t = 0: the history
    noisy   [B, K, F], each with a timestep of its own chunk: what is trained

Keys and values are cut by chunk and by copy, so nothing is computed that a mask would throw away.
"""

from dataclasses import dataclass

import torch

from .fast_attention import attention
from .geometry_bias import geometry_bias
from .inputs import ego_maps, exo_maps
from .places import visible
from .rope import Turns, grid_places


@dataclass
class Piece:
    """What one chunk's queries see: latent frames, and where the sinks have slid to."""

    frames: slice
    """Its own."""
    window: slice
    """The frames of the window, its own included, sinks only while nothing has slid."""
    sinks: int
    """How many sinks stand apart, at places that have slid by `slide` against the clock."""
    slide: int


def pieces(config, frames):
    """The `Piece` of every chunk of a clip of so many latent frames."""
    a = config.attention
    found = []
    for first in range(0, frames, a.chunk_latent_frames):
        last = first + a.chunk_latent_frames - 1
        seen = visible(last, a.sink_latent_frames, a.window_latent_frames)
        slide = last - seen[-1][1]
        apart = [frame for frame, place in seen if frame - place != slide]
        found.append(Piece(slice(first, last + 1), slice(seen[len(apart)][0], last + 1), len(apart), slide))
    return found


class ParallelPass:
    """Passes over the same clips, by one network or several; what hangs on the geometry alone is made once."""

    def __init__(self, config, frames, copies, geometry=None, device="cpu"):
        """`geometry`: (points [B, F, m, 3], rays [B, F, n, 3], centres [B, F, 3]), or None for no bias."""
        self.config, self.frames, self.copies, self.geometry = config, frames, copies, geometry
        columns, size = config.token_size("exo")[1], config.transformer.attention_head_dim
        self.exo_places, self.ego_places = grid_places(*config.token_size("exo")), grid_places(*config.token_size("ego"), columns)
        self.turn_exo = Turns(range(frames), self.exo_places, size, device)
        self.turn_ego = Turns(list(range(frames)) * (1 + copies), self.ego_places, size, device)
        self.pieces = pieces(config, frames)
        batch = 1 if geometry is None else len(geometry[0])
        self.biases = [self.bias(piece, batch, device, working_type(device)) for piece in self.pieces]
        self.exo_keys = {}

    def __call__(self, network, exo, clean, noisy, timesteps, condition, coverage):
        """Outputs [B, K, F, c, H, W] of `network` for `noisy` [B, K, F, c, H, W] at `timesteps` [B, K, F].

        exo [B, F, c, h, w]; clean and condition [B, F, c, H, W]; coverage [B, F, T, H, W]; all latents normalised.
        """
        conditioning = self.config.conditioning
        network(network.embed(exo_maps(conditioning, exo, 0)), exo.new_zeros(exo.shape[:2]), self.attend_exo)
        states = torch.cat([clean[:, None], noisy], 1)
        beside = [x[:, None].expand(-1, 1 + self.copies, -1, -1, -1, -1).flatten(1, 2) for x in (condition, coverage)]
        tokens = network.embed(ego_maps(conditioning, states.flatten(1, 2), *beside))
        times = torch.cat([torch.zeros_like(timesteps[:, :1]), timesteps], 1).flatten(1)
        values = network(tokens, times, self.attend_ego)[:, self.frames:]
        self.exo_keys = {}
        return network.pictures(values, *self.config.token_size("ego")).unflatten(1, (self.copies, self.frames))

    def bias(self, piece, b, device, dtype):
        """[B, 1, queries, keys] of a chunk's tokens of any copy; keys as `attend_ego` lays them."""
        own, seen = piece.frames.stop - piece.frames.start, piece.sinks + piece.window.stop - piece.window.start
        n, m = len(self.ego_places), len(self.exo_places)
        bias = torch.zeros(b, own * n, seen * (m + n), device=device)
        if self.geometry is not None:
            points, rays, centres = self.geometry
            points = torch.cat([points[:, : piece.sinks], points[:, piece.window]], 1).flatten(1, 2)
            bias[..., :seen * m] = geometry_bias(rays[:, piece.frames], points, centres[:, piece.frames], self.config.geometry_bias.scale)
        return bias[:, None].to(dtype)

    def slid(self, turn_places, piece, keys):
        """The sinks' keys at places that keep their distance from the piece's queries: a list, one [B, heads, n, d] a sink."""
        if not piece.sinks:
            return []
        turn = Turns([sink + piece.slide for sink in range(piece.sinks)], turn_places, keys.shape[-1], keys.device)
        return by_frame(turn(keys[:, : piece.sinks]))

    def attend_exo(self, layer, q, k, v):
        """Exo tokens see exo tokens."""
        q, turned, v = by_frame(self.turn_exo(q)), by_frame(self.turn_exo(k)), by_frame(v)
        sinks, results = [], []
        for piece in self.pieces:
            sinks.append(self.slid(self.exo_places, piece, k))
            keys, values = sinks[-1] + turned[piece.window], v[: piece.sinks] + v[piece.window]
            seen = attention(rows(q[piece.frames]), rows(keys), rows(values))
            results += seen.chunk(len(q[piece.frames]), 2)
        self.exo_keys[layer] = (turned, v, sinks)
        return torch.stack(results, 1).transpose(2, 3).flatten(3)

    def attend_ego(self, layer, q, k, v):
        """Ego tokens, clean and noisy, see exo tokens, the clean ego tokens before, and their own copy of their chunk."""
        exo_turned, exo_v, exo_sinks = self.exo_keys[layer]
        frames, sources = len(exo_turned), k
        q, k, v = by_frame(self.turn_ego(q)), by_frame(self.turn_ego(k)), by_frame(v)
        results = [None] * len(q)
        for piece, bias, slid_exo in zip(self.pieces, self.biases, exo_sinks):
            history = slice(piece.window.start, piece.frames.start)
            keys = slid_exo + exo_turned[piece.window] + self.slid(self.ego_places, piece, sources) + k[history]
            values = exo_v[: piece.sinks] + exo_v[piece.window] + v[: piece.sinks] + v[history]
            for copy in range(0, len(q), frames):
                own = slice(copy + piece.frames.start, copy + piece.frames.stop)
                seen = attention(rows(q[own]), rows(keys + k[own]), rows(values + v[own]), bias)
                results[own] = seen.chunk(own.stop - own.start, 2)
        return torch.stack(results, 1).transpose(2, 3).flatten(3)


def by_frame(x):
    """[B, G, n, heads, d] to a list of G tensors [B, heads, n, d]."""
    return list(x.transpose(2, 3).unbind(1))


def rows(parts):
    """Parts [B, heads, n, d] to one [B, heads, all n, d]."""
    return torch.cat(parts, 2)


def working_type(device):
    """The type that autocast gives queries."""
    kind = torch.device(device).type
    return torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else torch.float32
