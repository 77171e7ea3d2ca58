"""A patch discriminator and the way it is let in: it learns alone first, then its weight is fixed and ramped.

What trained in the prototype: group normalisation, no gradient penalty, some dozens of steps for the discriminator alone,
and a weight that is measured once and never follows the gradients upwards. It follows them down: measured again now and then,
it is what keeps a discriminator that has grown steep from drowning everything else.
"""

import torch
import torch.nn.functional as F
from torch import nn

from . import team
from .errors import TrainingError


BETWEEN, RECENT = 16, 8
"""Steps between two ratios noted lately, and how many of them count."""


class Discriminator(nn.Module):
    """[N, C, H, W] to a map of scores, each for a patch of about 46 pixels."""

    def __init__(self, channels=3, width=32):
        super().__init__()
        sizes = [channels, width, 2 * width, 4 * width]
        layers = []
        for index, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
            layers += [nn.Conv2d(inputs, outputs, 4, 2, 1), nn.GroupNorm(8, outputs) if index else nn.Identity(), nn.LeakyReLU(0.2)]
        self.layers = nn.Sequential(*layers, nn.Conv2d(sizes[-1], sizes[-1], 3, 1, 1), nn.GroupNorm(8, sizes[-1]), nn.LeakyReLU(0.2),
                                    nn.Conv2d(sizes[-1], 1, 3, 1, 1))

    def forward(self, pictures):
        return self.layers((pictures * 2 - 1).contiguous(memory_format=torch.channels_last)).float()


class Adversary(nn.Module):
    """The discriminator with its optimiser and its place in time. Call `learn` once a step, then `loss`."""

    def __init__(self, channels=3, rate=3e-4, alone=40, ramp=150, strength=0.15, width=32):
        super().__init__()
        if alone < 1:
            raise TrainingError(f"--alone is {alone}; expected 1 or more: its steps measure how strong the discriminator is to be")
        self.network = Discriminator(channels, width).to(memory_format=torch.channels_last)
        self.optimiser = torch.optim.Adam(self.network.parameters(), rate, betas=(0.5, 0.99))
        self.alone, self.ramp, self.strength = alone, ramp, strength
        self.register_buffer("ratios", torch.zeros(alone))
        self.register_buffer("lately", torch.zeros(RECENT))
        self.steps = 0

    def get_extra_state(self):
        return torch.tensor(self.steps)

    def set_extra_state(self, state):
        self.steps = int(state)

    def learn(self, true, made):
        """One step of the discriminator on pictures [N, C, H, W]; returns its hinge loss."""
        self.network.requires_grad_(True)
        loss = F.relu(1 - self.network(true)).mean() + F.relu(1 + self.network(made.detach())).mean()
        self.optimiser.zero_grad()
        loss.backward()
        team.mean_gradients(self.network.parameters())
        nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self.optimiser.step()
        self.network.requires_grad_(False)
        return loss.detach()

    def loss(self, made, reconstruction, output):
        """What to add to the `reconstruction` loss of a generator's `output`, from which `made` was put together.

        While the discriminator learns alone it is zero, and the ratio of both losses' gradients at the output is noted;
        their median, times `strength`, is the weight from then on, or the median of the ratios noted lately where that is less.
        """
        score = -self.network(made).mean()
        step, self.steps = self.steps, self.steps + 1
        if step < self.alone or step % BETWEEN == 0:
            ours, = torch.autograd.grad(reconstruction, output, retain_graph=True)
            theirs, = torch.autograd.grad(score, output, retain_graph=True)
            ratio = team.mean(ours.norm() / theirs.norm().clamp_min(1e-12))
            self.lately = torch.cat([self.lately[1:], ratio[None]])
            if step < self.alone:
                self.ratios[step] = ratio
                return 0.0 * score
        ratio = torch.minimum(self.ratios[self.alone // 2:].median(), self.lately.median())
        return self.strength * ratio * min(1.0, (step - self.alone + 1) / self.ramp) * score
