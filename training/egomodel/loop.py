"""The loop that every stage runs in: a budget, a schedule, checkpoints, and a bar.

What a step draws at random is a function of the seed and the step's number alone, so a resumed run goes on bit for bit (with
`--steps`; with `--minutes` the learning rate follows the clock). Checkpoints are written beside and renamed.
"""

import copy
import json
import math
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from . import team
from .errors import CheckpointNotUsable


@dataclass
class LoopOptions:
    """What every stage takes."""

    run: Path = None
    """folder of the run: checkpoints, latents and logs"""
    minutes: float = 10.0
    """of training in all, earlier runs of the stage included"""
    steps: int = 0
    """in all, however long they take unless --minutes is given too; 0 for as many as the minutes allow"""
    seed: int = 0
    device: str = "cpu"
    """or cuda"""
    threads: int = 2
    """of the processor, for each process"""
    processes: int = 1
    """that train together, each on batches of its own"""
    save_minutes: float = 3.0
    """between checkpoints"""
    warmup: int = 50
    """steps in which the learning rate rises"""
    ema: float = 0.998
    """how much the averaged network keeps a step"""
    fresh: bool = False
    """begin anew although there is a checkpoint"""
    overfit: bool = False
    """learn one clip by heart: proves that the loop works"""

    @classmethod
    def of_line(cls, given):
        """From what a command line gives. Whoever asks for steps and says nothing of time gets all of them."""
        return cls(**({"minutes": 0.0} if given.get("steps") else {}) | given)


class Average:
    """The exponential moving average of a network; what is exported."""

    def __init__(self, network, keep):
        self.network, self.keep = copy.deepcopy(network).requires_grad_(False).eval(), keep

    @torch.no_grad()
    def follow(self, network, step):
        keep = min(self.keep, (1 + step) / (10 + step))
        ours, theirs = list(self.network.parameters()), list(network.parameters())
        torch._foreach_lerp_(ours, theirs, 1 - keep)

    def state_dict(self):
        return self.network.state_dict()

    def load_state_dict(self, state):
        self.network.load_state_dict(state)


class Randomness:
    """Of one step: `numpy` for choices, `normal` for tensors on a device."""

    def __init__(self, seed, step, device="cpu"):
        self.numpy, self.device = np.random.default_rng([seed, step]), device
        self.torch = torch.Generator(device).manual_seed(int(self.numpy.integers(1 << 62)))

    def normal(self, *size):
        return torch.randn(*size, generator=self.torch, device=self.device)

    def uniform(self, *size):
        return torch.rand(*size, generator=self.torch, device=self.device)

    def chance(self, share, *size):
        """True in so large a share."""
        return self.uniform(*size) < share


class Loop:
    """`state` maps names to what a checkpoint holds, each with state_dict and load_state_dict.

    `source` tells by values what the stage goes out from: a checkpoint that went out from something else is begun anew.
    """

    def __init__(self, stage, options, state, source=None):
        self.stage, self.options, self.state, self.source = stage, options, state, source
        self.path = Path(options.run) / f"{stage}.pt"
        self.step, self.seconds = 0, 0.0
        team.join()
        if self.path.exists() and not options.fresh:
            self.load()

    def load(self):
        saved = torch.load(self.path, map_location=self.options.device, weights_only=True)
        if saved.get("source") != self.source:
            if team.rank() == 0:
                print(f"{self.path} goes out from {saved.get('source', 'something it does not name')}, and not from {self.source}: begins anew")
            return
        if set(saved["state"]) != set(self.state):
            raise CheckpointNotUsable(f"{self.path} holds {sorted(saved['state'])}; expected {sorted(self.state)} (--fresh begins anew)")
        try:
            for name, part in self.state.items():
                rates = [group["lr"] for group in getattr(part, "param_groups", ())]
                part.load_state_dict(saved["state"][name])
                for group, rate in zip(getattr(part, "param_groups", ()), rates):
                    if "base_rate" in group:
                        group["base_rate"] = rate  # that of this command, not of the one that began
        except (RuntimeError, ValueError, KeyError) as error:
            first = " ".join(str(error).splitlines()[:2])
            raise CheckpointNotUsable(f"{self.path}: {first} (--fresh begins anew)") from error
        self.step, self.seconds = saved["step"], saved["seconds"]

    def save(self):
        if team.rank() > 0:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_suffix(".writing")
        torch.save({"step": self.step, "seconds": self.seconds, "source": self.source,
                    "state": {k: v.state_dict() for k, v in self.state.items()}}, beside)
        os.replace(beside, self.path)

    def keep(self, name):
        """Writes the averages as they are now to a checkpoint of another name, for whoever wants them rather than the end's."""
        if team.rank() == 0:
            averages = {part: value.state_dict() for part, value in self.state.items() if isinstance(value, Average)}
            torch.save({"step": self.step, "seconds": self.seconds, "state": averages}, self.path.with_name(f"{name}.pt"))

    @property
    def progress(self):
        """0 at the beginning to 1 at the end."""
        if self.options.steps:
            return min(1.0, self.step / self.options.steps)
        return min(1.0, self.seconds / (60 * self.options.minutes)) if self.options.minutes > 0 else 1.0

    @property
    def rate(self):
        """The factor of the learning rate: a warm-up, then half a cosine down to a twentieth."""
        return min(1.0, (self.step + 1) / max(1, self.options.warmup)) * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * self.progress)))

    @property
    def late(self):
        return self.options.minutes > 0 and self.seconds >= 60 * self.options.minutes

    @property
    def over(self):
        return self.late or (self.step >= self.options.steps if self.options.steps else self.options.minutes <= 0)

    @property
    def number(self):
        """Of this process's share of the next step, by which it draws at random; alone, that step's own."""
        return self.step * team.size() + team.rank()

    def ending(self, asked):
        """Why the loop ended, in words."""
        options, of = self.options, f" of {self.options.steps}" if self.options.steps else ""
        all_taken = options.steps and self.step >= options.steps
        why = ("it was asked to, and the same command goes on" if asked else "these are all" if all_taken or not self.late
               else f"the {options.minutes:g} minutes are over")
        return f"{self.stage} ended after {self.step}{of} steps and {self.seconds / 60:.1f} minutes in all: {why}"

    def run(self, batch_of, train_on):
        """Calls `train_on(batch)` with `batch_of(number)`, which a thread makes ahead; `train_on` returns numbers to log.

        A batch's number is the loop's `number`. Returns whether the training came to its end, in the first process alone.
        """
        log, sums, counted = Path(self.options.run) / f"{self.stage}.jsonl" if team.rank() == 0 else os.devnull, {}, 0
        stop = Interrupted()
        saved_at = time.monotonic()
        bar = tqdm(total=100, desc=self.stage, bar_format="{desc} {percentage:3.0f}% |{bar}| {elapsed}{postfix}",
                   **{"disable": True} if team.rank() > 0 else {})
        with ThreadPoolExecutor(1) as maker, stop, open(log, "a") as lines:
            coming, asked = maker.submit(batch_of, self.number), False
            while not self.over and not asked:
                begin = time.monotonic()
                batch, coming = coming.result(), maker.submit(batch_of, self.number + team.size())
                numbers = train_on(batch)
                self.step += 1
                self.seconds, asked = team.first_says(self.seconds + time.monotonic() - begin, stop.asked)
                counted += 1
                for name, value in numbers.items():
                    sums.setdefault(name, []).append(value)
                if counted == 20 or self.over:
                    means = {name: sum(values) / len(values) for name, values in sums.items()}
                    lines.write(json.dumps({"step": self.step, "seconds": round(self.seconds, 1), **means}) + "\n")
                    lines.flush()
                    bar.set_postfix_str(f"step {self.step}, {self.seconds / self.step:.2f} s a step, "
                                        + ", ".join(f"{name} {value:.4f}" for name, value in means.items()))
                    sums, counted = {}, 0
                bar.n = round(100 * self.progress, 1)
                bar.refresh()
                if time.monotonic() - saved_at > 60 * self.options.save_minutes:
                    self.save()
                    saved_at = time.monotonic()
        bar.close()
        self.save()
        if team.rank() == 0:
            print(self.ending(asked))
        return not asked and team.rank() == 0


class Interrupted:
    """Turns the first Ctrl-C or SIGTERM into a request to end after this step."""

    def __enter__(self):
        self.asked, self._before = False, {}
        try:
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._ask)
        except ValueError:  # not the main thread: whoever runs us ends us
            pass
        return self

    asked = False

    def _ask(self, number, frame):
        self.asked = True
        signal.signal(number, self._before[number])

    def __exit__(self, *ignored):
        for number, handler in self._before.items():
            signal.signal(number, handler)


def set_rate(optimiser, factor):
    """Sets every group's learning rate to its own base rate times `factor`."""
    for group in optimiser.param_groups:
        group.setdefault("base_rate", group["lr"])
        group["lr"] = group["base_rate"] * factor


def step_with(optimiser, parameters, factor, clip=1.0):
    """One optimiser step on gradients that are there; returns their norm. A step without finite gradients is left out."""
    parameters = list(parameters)
    team.mean_gradients(parameters)
    norm = torch.nn.utils.clip_grad_norm_(parameters, clip)
    if torch.isfinite(norm):
        set_rate(optimiser, factor)
        optimiser.step()
    optimiser.zero_grad(set_to_none=True)
    return float(norm)
