"""A causal model as it streams: observe, denoise, remember, chunk after chunk, with a cache of keys and values.

This is the reference of the product's streaming mode, written to be read. All latents here are normalised ones.
"""

from dataclasses import dataclass

import torch

from .geometry_bias import geometry_bias
from .inputs import ego_maps, exo_maps
from .noise import noise
from .places import visible
from .precision import half_precision
from .rope import Turns, grid_places
from .sampler import euler, euler_sigmas, few_step, predicted_x0
from .transformer import softmax_attention


@dataclass
class Chunk:
    """What one chunk of L latent frames brings: B = 1 or more streams in step."""

    exo: torch.Tensor
    """[B, L, c, h, w] clean exo latents."""
    condition: torch.Tensor
    """[B, L, c, H, W] latents of the filled prior."""
    coverage: torch.Tensor
    """[B, L, T, H, W]."""
    points: torch.Tensor | None = None
    """[B, L, m, 3] of the exo tokens; without, there is no geometry bias."""
    rays: torch.Tensor | None = None
    """[B, L, n, 3] of the ego tokens."""
    centres: torch.Tensor | None = None
    """[B, L, 3]."""

    def piece(self, first, length):
        """`length` latent frames from `first` on."""
        return Chunk(*(None if value is None else value[:, first:first + length] for value in vars(self).values()))

    def to(self, device):
        return Chunk(*(None if value is None else value.to(device) for value in vars(self).values()))


class Stream:
    """One stream (or B in step). `push` a chunk, get its ego latents [B, L, c, H, W]."""

    def __init__(self, config, transformer, sampler=None):
        """`sampler` stands in for the config's."""
        self.config, self.transformer, self.sampler = config, transformer, sampler or config.sampler
        self.frame = 0
        """The number of the next latent frame."""
        self.exo_cache, self.ego_cache, self.points = {}, {}, {}
        """By (layer, latent frame): keys before their turn and values [B, n, heads, d]. By latent frame: points [B, m, 3]."""
        rows, columns = config.token_size("exo")
        self.exo_places, self.ego_places = grid_places(rows, columns), grid_places(*config.token_size("ego"), columns)
        self.turns = {}
        """By times and places: once the cache is full they stay the same."""

    @property
    def seen(self):
        """(frame, place) of all that the current chunk sees."""
        a = self.config.attention
        return visible(self.frame + a.chunk_latent_frames - 1, a.sink_latent_frames, a.window_latent_frames)

    def push(self, chunk, grad_last_step=False):
        """The chunk's clean ego latents."""
        return self.push_traced(chunk, grad_last_step)[0]

    @torch.no_grad()
    def whole(self, clip, device):
        """The ego latents of a whole clip, chunk by chunk, on a device in half precision."""
        length = self.config.attention.chunk_latent_frames
        with half_precision(device):
            made = [self.push(clip.piece(first, length).to(device)) for first in range(0, clip.exo.shape[1], length)]
        return torch.cat(made, 1)

    def push_traced(self, chunk, grad_last_step=False):
        """Also the sampler's trace. With `grad_last_step`, gradients flow through the last step's prediction."""
        with torch.no_grad():
            self.observe(chunk)
        noise_of, sigmas = lambda step: self.noise_of(chunk, step), self.sigmas()

        def predict(step, x, timestep):
            with torch.set_grad_enabled(grad_last_step and step + 1 == len(sigmas) - 1):
                output = self.denoise(chunk, x, timestep).float()
            return predicted_x0(self.config.transformer, output, x, chunk.condition, sigmas[step])

        if self.sampler.kind == "few_step":
            x0, trace = few_step(self.sampler.timesteps, predict, noise_of)
        else:
            x0, trace = euler(sigmas, lambda step, x, t: (x - predict(step, x, t)) / sigmas[step], noise_of(0))
        if self.config.attention.cache_write == "clean_pass":
            with torch.no_grad():
                self.denoise(chunk, x0.detach(), 0)
        self.advance()
        return x0, trace

    def sigmas(self):
        """Of every step, and the 0 at the end."""
        if self.sampler.kind == "euler":
            return euler_sigmas(self.sampler.steps, self.sampler.shift)
        return torch.tensor([t / 1000 for t in self.sampler.timesteps] + [0.0])

    def noise_of(self, chunk, step):
        """The counter's noise of the chunk's latent frames, the same for every stream of the batch."""
        b, frames, c, h, w = chunk.condition.shape
        one = torch.stack([noise(self.sampler.seed, self.frame + i, step, h, w, c) for i in range(frames)])
        return one.permute(0, 3, 1, 2)[None].expand(b, -1, -1, -1, -1).to(chunk.condition)

    def observe(self, chunk):
        """Passes the exo tokens at t = 0; leaves their keys."""
        if chunk.points is not None:
            self.points.update({self.frame + i: chunk.points[:, i] for i in range(chunk.points.shape[1])})
        tokens = self.transformer.embed(exo_maps(self.config.conditioning, chunk.exo, self.frame))
        self.pass_through(tokens, 0, self.exo_cache, [(self.exo_cache, self.exo_places)], self.exo_places, None)

    def denoise(self, chunk, x, timestep):
        """Passes noisy ego latents at `timestep`; leaves their keys, and returns the output [B, L, c, H, W]."""
        tokens = self.transformer.embed(ego_maps(self.config.conditioning, x, chunk.condition, chunk.coverage))
        stores = [(self.exo_cache, self.exo_places), (self.ego_cache, self.ego_places)]
        values = self.pass_through(tokens, timestep, self.ego_cache, stores, self.ego_places, self.bias(chunk))
        return self.transformer.pictures(values, *self.config.token_size("ego"))

    def bias(self, chunk):
        """[B, L*n, keys] over exo keys then ego keys, which have none."""
        if chunk.points is None:
            return None
        points = torch.cat([self.points[frame] for frame, _ in self.seen], 1)
        bias = geometry_bias(chunk.rays, points, chunk.centres, self.config.geometry_bias.scale)
        return torch.nn.functional.pad(bias, (0, len(self.seen) * len(self.ego_places)))

    def pass_through(self, tokens, timestep, cache, stores, places, bias):
        """One pass of [B, L, n, D] tokens that write `cache` and see everything visible in `stores`."""
        b, length = tokens.shape[:2]
        d = self.config.transformer.attention_head_dim
        times = [place for frame, place in self.seen]
        turn = self.turns_of(times[-length:], places, d, tokens.device)
        turn_keys = [self.turns_of(times, store_places, d, tokens.device) for _, store_places in stores]

        def attend(layer, q, k, v):
            for i in range(length):
                cache[layer, self.frame + i] = (k[:, i], v[:, i])
            keys, values = [], []
            for (store, _), turn_key in zip(stores, turn_keys):
                pairs = [store[layer, frame] for frame, _ in self.seen]
                keys.append(turn_key(torch.stack([pair[0] for pair in pairs], 1)).flatten(1, 2))
                values.append(torch.stack([pair[1] for pair in pairs], 1).flatten(1, 2))
            seen = softmax_attention(turn(q).flatten(1, 2), torch.cat(keys, 1), torch.cat(values, 1), bias)
            return seen.unflatten(1, (length, -1))

        return self.transformer(tokens, torch.full((b, length), float(timestep), device=tokens.device), attend)

    def turns_of(self, times, places, d, device):
        key = (*times, id(places))
        if key not in self.turns:
            self.turns[key] = Turns(times, places, d, device)
        return self.turns[key]

    def advance(self):
        """Goes on to the next chunk, and forgets what no later chunk sees. Gradients do not flow back into what is remembered."""
        self.frame += self.config.attention.chunk_latent_frames
        kept = {frame for frame, _ in self.seen}
        self.exo_cache, self.ego_cache = ({key: tuple(value.detach() for value in pair) for key, pair in cache.items() if key[1] in kept}
                                          for cache in (self.exo_cache, self.ego_cache))
        self.points = {frame: value for frame, value in self.points.items() if frame in kept}
