"""A model in window mode: every token of a window sees every other, and the window slides over the video.

Latent frames that a window has already shown are held: at their clean latents, and (exo and ego tokens alike) at timestep 0.
"""

import torch

from .geometry_bias import geometry_bias
from .inputs import ego_maps, exo_maps
from .noise import noise
from .rope import grid_places
from .sampler import euler, euler_sigmas, few_step, predicted_x0
from .transformer import see_all


class Window:
    """One window of G latent frames, given as a `streaming.Chunk` of length G."""

    def __init__(self, config, transformer, chunk, first_frame, held=None):
        self.config, self.transformer, self.chunk = config, transformer, chunk
        self.first_frame = first_frame
        b, self.length, c, h, w = chunk.condition.shape
        self.held = chunk.condition.new_zeros(b, 0, c, h, w) if held is None else held
        # A window poses as a clip: its first frame is the first, wherever in the stream it stands.
        self.exo = transformer.embed(exo_maps(config.conditioning, chunk.exo, 0))
        rows, columns = config.token_size("exo")
        self.ego_size = config.token_size("ego")
        places = torch.cat([grid_places(rows, columns), grid_places(*self.ego_size, columns)])
        self.attend = see_all(range(self.length), places, config.transformer.attention_head_dim, self.bias(config.geometry_bias.scale))

    def bias(self, scale):
        """[B, G*(m+n), G*(m+n)]: zero but for ego queries on exo keys, of every latent frame."""
        chunk, length = self.chunk, self.length
        if chunk.points is None:
            return None
        b, _, m, _ = chunk.points.shape
        n = chunk.rays.shape[2]
        some = geometry_bias(chunk.rays, chunk.points.flatten(1, 2), chunk.centres, scale)
        full = some.new_zeros(b, length, m + n, length, m + n)
        full[:, :, m:, :, :m] = some.reshape(b, length, n, length, m)
        return full.reshape(b, length * (m + n), length * (m + n))

    def outputs(self, x, timestep):
        """The network's output [B, G, c, H, W] for ego latents x at `timestep`, the held frames at 0."""
        b = len(x)
        ego = self.transformer.embed(ego_maps(self.config.conditioning, x, self.chunk.condition, self.chunk.coverage))
        times = torch.full((b, self.length), float(timestep), device=x.device)
        times[:, : self.held.shape[1]] = 0
        values = self.transformer(torch.cat([self.exo, ego], 2), times, self.attend)
        return self.transformer.pictures(values[:, :, self.exo.shape[2]:], *self.ego_size)

    def hold(self, x):
        return torch.cat([self.held, x[:, self.held.shape[1]:]], 1)

    def noise_of(self, seed, step):
        b, frames, c, h, w = self.chunk.condition.shape
        one = torch.stack([noise(seed, self.first_frame + i, step, h, w, c) for i in range(frames)])
        return one.permute(0, 3, 1, 2)[None].expand(b, -1, -1, -1, -1).to(self.chunk.condition)

    @torch.no_grad()
    def sample(self, seed=None):
        """The window's clean ego latents, and the sampler's trace."""
        sampler = self.config.sampler
        seed = sampler.seed if seed is None else seed
        if sampler.kind == "euler":
            x, trace = euler(euler_sigmas(sampler.steps, sampler.shift),
                             lambda step, x, t: self.outputs(self.hold(x), t), self.noise_of(seed, 0))
            return self.hold(x), trace

        def predict(step, x, timestep):
            x = self.hold(x)
            return predicted_x0(self.config.transformer, self.outputs(x, timestep), x, self.chunk.condition, timestep / 1000)

        x0, trace = few_step(sampler.timesteps, predict, lambda step: self.noise_of(seed, step))
        return self.hold(x0), trace
