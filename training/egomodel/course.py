"""All stages of the transformer in one go, on a machine with a GPU and many cores: clips are drawn and encoded while it trains.

Begins with a run that has a trained codec (egomodel.train_codec), trains the teacher, distils it, and fine-tunes the student
and the decoder, each for its minutes. Clips are those of the seeds from --first-seed on; held-out ones have to lie before it. Ends
with half-precision averages of every stage in RUN/averages, small enough to be carried elsewhere. Needs --run.
"""

import json
import time
from dataclasses import dataclass
from pathlib import Path

import torch

from . import distill, finetune, train_teacher
from .errors import TrainingError
from .options import main
from .resident import ResidentClips
from .runs import load_codec, open_config, require_statistics, write_averages
from .supply import Supply


@dataclass
class CourseOptions:
    run: Path = None
    """folder of the run"""
    teacher_minutes: float = 3.0
    distill_minutes: float = 0.5
    finetune_minutes: float = 4.5
    batch: int = 32
    """clips a step of the teacher and the student"""
    scenes: int = 32
    """clips a step of fine-tuning"""
    crop: int = 10
    """latent columns and rows that fine-tuning decodes; 0 for all"""
    frames: int = 8
    """latent frames of a clip"""
    clips: int = 5000
    """most clips, all of them on the device"""
    begin_with: int = 200
    """clips that must be there before training begins"""
    workers: int = 14
    """processes that draw clips"""
    first_seed: int = 1000
    strength: float = 0.25
    """of the discriminator"""
    adversarial_from: float = 0.4
    """progress of fine-tuning at which the discriminator comes in"""
    device: str = "cuda"
    threads: int = 2


def run(options):
    config = open_config(options)
    require_statistics(options.run, config)
    torch.backends.cudnn.benchmark = True
    common = dict(run=options.run, device=options.device, threads=options.threads, save_minutes=60.0)
    clips = ResidentClips(config, load_codec(options.run, config, options.device), options.frames, options.clips, options.device)
    with Supply(config, clips, options.first_seed, options.workers) as supply:
        begin = time.monotonic()
        supply.wait(options.begin_with)
        report(options, "clips", clips, begin)
        taught = dict(batch=options.batch, shift=3.0, hands=2.0, untrue_history=0.9, channel_power=1.5, warmup=100)
        for name, train, given in (
                ("teacher", train_teacher.train, train_teacher.TeacherOptions(**common, **taught, minutes=options.teacher_minutes, rate=1e-3, pure=0.35,
                                                                              ema=0.996)),
                ("distill", distill.train, distill.DistillOptions(**common, **taught | dict(warmup=20), minutes=options.distill_minutes)),
                ("finetune", finetune.train, finetune.FinetuneOptions(
                    **common, minutes=options.finetune_minutes, batch=options.scenes, crop=options.crop, rate=5e-4, ema=0.995, every=4, early=0.25,
                    hands=2.0, similarity=0.2, border=0.5, train_decoder=True, decoder_rate=5e-4, transform_rate=5e-5, rebuild=0.3,
                    adversarial_from=options.adversarial_from, strength=options.strength, width=64, alone=240, ramp=800))):
            ended = train(given, clips)
            report(options, name, clips, begin)
            if not ended:  # the next stage would go out from a beginning
                raise TrainingError(f"{name} was asked to end, and what comes after it was not begun")
    folder = Path(options.run) / "averages"
    for stage in ("teacher", "distill", "smooth", "finetune"):
        if (Path(options.run) / f"{stage}.pt").exists():
            write_averages(options.run, stage, folder)


def report(options, stage, clips, begin):
    """Notes how many clips there were by then, and how much memory was taken."""
    memory = torch.cuda.max_memory_allocated() / 2**30 if clips.device.type == "cuda" else 0.0
    numbers = {"after": stage, "seconds": round(time.monotonic() - begin, 1), "clips": clips.count, "memory_gib": round(memory, 1)}
    print(numbers, flush=True)
    with open(Path(options.run) / "course.jsonl", "a") as lines:
        lines.write(json.dumps(numbers) + "\n")


if __name__ == "__main__":
    main(CourseOptions, run)
