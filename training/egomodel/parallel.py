"""A causal model on a whole clip at once: every chunk denoised with the clean chunks before it (teacher forcing).

One pass holds the exo tokens once, the ego tokens once clean and K times noisy. It gives, for every chunk and copy, what
`streaming.py` would give after it had streamed the clean chunks before; only there is no loop over time to wait for.

    clean   [B, F] latent frames at t = 0: the history
    noisy   [B, K, F], each with a timestep of its own chunk: what is trained

Keys and values are cut by chunk, so nothing is computed that a mask would throw away, but for a chunk's own ego keys: those
of its clean and noisy copies stand side by side, and a mask keeps them apart.
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
    """A pass over clips of one length; makes the bias once, for all layers."""

    def __init__(self, config, transformer, geometry=None, scale=None):
        """`geometry`: (points [B, F, m, 3], rays [B, F, n, 3], centres [B, F, 3]), or None for no bias."""
        self.config, self.transformer, self.geometry = config, transformer, geometry
        self.scale = config.geometry_bias.scale if scale is None else scale
        columns = config.token_size("exo")[1]
        self.exo_places, self.ego_places = grid_places(*config.token_size("exo")), grid_places(*config.token_size("ego"), columns)

    def __call__(self, exo, clean, noisy, timesteps, condition, coverage, clean_timestep=0.0):
        """Outputs [B, K, F, c, H, W] for `noisy` [B, K, F, c, H, W] at `timesteps` [B, K, F].

        exo [B, F, c, h, w]; clean and condition [B, F, c, H, W]; coverage [B, F, T, H, W]; all latents normalised.
        """
        b, copies, frames = noisy.shape[:3]
        conditioning, network = self.config.conditioning, self.transformer
        self.pieces = pieces(self.config, frames)
        heads = self.config.transformer.attention_head_dim
        clock = range(frames)
        self.turn_exo = Turns(clock, self.exo_places, heads, exo.device)
        self.turn_ego = Turns(list(clock) * (1 + copies), self.ego_places, heads, exo.device)
        self.biases = [self.bias(piece, b, copies, exo.device, working_type(exo.device)) for piece in self.pieces]
        self.exo_keys = {}

        network(network.embed(exo_maps(conditioning, exo, 0)), exo.new_zeros(b, frames), self.attend_exo)
        states = torch.cat([clean[:, None], noisy], 1)
        beside = [x[:, None].expand(-1, 1 + copies, -1, -1, -1, -1).flatten(1, 2) for x in (condition, coverage)]
        tokens = network.embed(ego_maps(conditioning, states.flatten(1, 2), *beside))
        times = torch.cat([torch.full_like(timesteps[:, :1], clean_timestep), timesteps], 1).flatten(1)
        values = network(tokens, times, self.attend_ego)[:, frames:]
        return network.pictures(values, *self.config.token_size("ego")).unflatten(1, (copies, frames))

    def bias(self, piece, b, copies, device, dtype):
        """[B, 1, queries, keys] of a chunk: queries are its clean tokens, then every copy's; keys as `attend_ego` lays them."""
        own = piece.frames.stop - piece.frames.start
        n, m = len(self.ego_places), len(self.exo_places)
        before = piece.sinks + piece.frames.start - piece.window.start
        exo_keys = (piece.sinks + piece.window.stop - piece.window.start) * m
        bias = torch.zeros(b, 1 + copies, own * n, exo_keys + before * n + (1 + copies) * own * n, device=device)
        if self.geometry is not None:
            points, rays, centres = self.geometry
            points = torch.cat([points[:, : piece.sinks], points[:, piece.window]], 1).flatten(1, 2)
            guided = geometry_bias(rays[:, piece.frames], points, centres[:, piece.frames], self.scale)
            bias[..., :exo_keys] = guided[:, None]
        apart = bias[..., exo_keys + before * n:].unflatten(-1, (1 + copies, -1))
        for query in range(1 + copies):
            for key in range(1 + copies):
                if query != key:
                    apart[:, query, :, key] = -torch.inf
        return bias.flatten(1, 2)[:, None].to(dtype)

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
            own = [index for copy in range(0, len(q), frames) for index in range(copy + piece.frames.start, copy + piece.frames.stop)]
            keys = slid_exo + exo_turned[piece.window] + self.slid(self.ego_places, piece, sources) + k[history]
            values = exo_v[: piece.sinks] + exo_v[piece.window] + v[: piece.sinks] + v[history]
            seen = attention(rows([q[i] for i in own]), rows(keys + [k[i] for i in own]), rows(values + [v[i] for i in own]), bias)
            for index, part in zip(own, seen.chunk(len(own), 2)):
                results[index] = part
        return torch.stack(results, 1).transpose(2, 3).flatten(3)


def by_frame(x):
    """[B, G, n, heads, d] to a list of G tensors [B, heads, n, d]."""
    return list(x.transpose(2, 3).unbind(1))


def rows(parts):
    """Parts [B, heads, n, d] to one [B, heads, all n, d]."""
    return torch.cat(parts, 2)


def working_type(device):
    """The type that autocast gives queries."""
    return torch.get_autocast_dtype(device.type) if torch.is_autocast_enabled(device.type) else torch.float32
