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
import torch.nn.functional as F

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
        self.turn_clean = Turns(clock, self.ego_places, heads, exo.device)
        self.biases = [self.bias(piece, b, copies, exo.device) for piece in self.pieces]
        self.exo_keys = {}

        network(network.embed(exo_maps(conditioning, exo, 0)), exo.new_zeros(b, frames), self.attend_exo)
        states = torch.cat([clean[:, None], noisy], 1)
        beside = [x[:, None].expand(-1, 1 + copies, -1, -1, -1, -1).flatten(1, 2) for x in (condition, coverage)]
        tokens = network.embed(ego_maps(conditioning, states.flatten(1, 2), *beside))
        times = torch.cat([torch.full_like(timesteps[:, :1], clean_timestep), timesteps], 1).flatten(1)
        values = network(tokens, times, self.attend_ego)[:, frames:]
        return network.pictures(values, *self.config.token_size("ego")).unflatten(1, (copies, frames))

    def bias(self, piece, b, copies, device):
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
        return bias.flatten(1, 2)[:, None]

    def slid(self, turn_places, piece, keys):
        """The sinks' keys at places that keep their distance from the piece's queries."""
        turn = Turns([sink + piece.slide for sink in range(piece.sinks)], turn_places, keys.shape[-1], keys.device)
        return turn(keys[:, : piece.sinks])

    def attend_exo(self, layer, q, k, v):
        """Exo tokens see exo tokens."""
        q, turned, v = (x.transpose(2, 3) for x in (self.turn_exo(q), self.turn_exo(k), v))
        sinks, results = {}, []
        for piece in self.pieces:
            keys, values = [turned[:, piece.window]], [v[:, piece.window]]
            if piece.sinks:
                sinks[piece.slide] = self.slid(self.exo_places, piece, k).transpose(2, 3)
                keys, values = [sinks[piece.slide], *keys], [v[:, : piece.sinks], *values]
            results.append(attention(rows(q[:, piece.frames]), rows(*keys), rows(*values)))
        self.exo_keys[layer] = (turned, v, sinks)
        return frames_of(results, q)

    def attend_ego(self, layer, q, k, v):
        """Ego tokens, clean and noisy, see exo tokens, the clean ego tokens before, and their own copy of their chunk."""
        exo_turned, exo_v, exo_sinks = self.exo_keys[layer]
        frames = exo_turned.shape[1]
        clean_k = k[:, :frames]
        q, k, v = (x.transpose(2, 3).unflatten(1, (-1, frames)) for x in (self.turn_ego(q), self.turn_ego(k), v))
        results = []
        for piece, bias in zip(self.pieces, self.biases):
            history = slice(piece.window.start, piece.frames.start)
            keys = [exo_turned[:, piece.window], k[:, 0, history], k[:, :, piece.frames].flatten(1, 2)]
            values = [exo_v[:, piece.window], v[:, 0, history], v[:, :, piece.frames].flatten(1, 2)]
            if piece.sinks:
                ego_sinks = self.slid(self.ego_places, piece, clean_k).transpose(2, 3)
                keys = [exo_sinks[piece.slide], keys[0], ego_sinks, *keys[1:]]
                values = [exo_v[:, : piece.sinks], values[0], v[:, 0, : piece.sinks], *values[1:]]
            own = q[:, :, piece.frames]
            seen = attention(rows(own.flatten(1, 2)), rows(*keys), rows(*values), bias)
            results.append(seen.unflatten(2, own.shape[1:3] + (-1,)))
        seen = torch.cat(results, 3)  # [B, heads, copies, F, n, d]
        return seen.permute(0, 2, 3, 4, 1, 5).flatten(4).flatten(1, 2)


def rows(*parts):
    """Parts [B, G, heads, n, d] to one [B, heads, all G * n, d]."""
    flat = [part.transpose(1, 2).flatten(2, 3) for part in parts]
    return torch.cat(flat, 2) if len(flat) > 1 else flat[0]


def frames_of(results, like):
    """Results [B, heads, G * n, d], one a chunk, to [B, F, n, heads * d]."""
    seen = torch.cat(results, 2).unflatten(2, (like.shape[1], -1))
    return seen.permute(0, 2, 3, 1, 4).flatten(3)


def attention(q, k, v, bias=None):
    return F.scaled_dot_product_attention(q, k, v, attn_mask=None if bias is None else bias.to(q.dtype))
