"""Streams held-out clips and says how near to the truth they come, beside the push-pull fill and with parts left out.

Rows: the filled prior itself, that through the codec, the truth through the codec (the most that can be had), the model with
its own steps, the same as the product shows it (composed with the prior), with other steps, the teacher with many (and that as
shown), and without geometry bias, prior or exo. Then what the model gains over the fill, and the bars. Writes RUN/metrics.json
and, with --sheet, a picture with a row a clip: exo | filled | model | shown | truth. Needs --clips and --run.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from .bars import print_bars, write_json
from .config import SamplerShape
from .judging import Judged, JudgingOptions
from .options import main
from .pictures import bytes_to_tensor, to_bytes
from .runs import load_codec, load_transformer
from .scores import Scores, scored
from .streaming import Stream

GAINS = ("psnr", "ssim", "psnr_low", "psnr_seen", "psnr_unseen", "psnr_hands", "swd")


@dataclass
class EvaluateOptions(JudgingOptions):
    stream: int = 0
    """video frames a clip; 0 for all"""
    steps: str = "1"
    """numbers of evenly spaced few-step timesteps to try beside the config's own, such as 1,4"""
    euler: str = ""
    """numbers of Euler steps (shift 3) to try"""
    teacher_steps: int = 32
    """Euler steps of the teacher's, which the student is held against; 0 for none"""
    teacher_clips: int = 2
    """clips that the teacher streams: it is slow"""
    ablations: bool = False
    """leave out geometry bias, prior and exo as well"""
    sheet: Path = None
    """PNG to write"""


def euler(steps, config):
    return SamplerShape("euler", steps=steps, shift=3.0, seed=config.sampler.seed)


def variants(options, config):
    """Name to (sampler, what is left out)."""
    found = {"model": (config.sampler, None)}
    for steps in filter(None, options.steps.split(",")):
        found[f"{steps} even steps"] = (SamplerShape.even(int(steps), config.sampler.seed), None)
    for steps in filter(None, options.euler.split(",")):
        found[f"{steps} Euler steps"] = (euler(int(steps), config), None)
    if options.ablations:
        found |= {f"without {part}": (config.sampler, part) for part in ("geometry", "prior", "exo")}
    return found


class Teacher:
    """The teacher's network with many Euler steps, clean frames before it, and the codec: all as it was trained."""

    def __init__(self, judged):
        options, config = judged.options, judged.config
        self.config = replace(config, attention=replace(config.attention, cache_write="clean_pass"))
        self.judged, self.sampler = judged, euler(options.teacher_steps, config)
        self.name = f"teacher, {options.teacher_steps} Euler steps"
        self.name_shown = f"{self.name}, shown"
        self.network = load_transformer(options.run, config, "teacher", options.device).eval()
        self.codec = load_codec(options.run, config, options.device)

    @staticmethod
    def of(judged):
        """None where none is asked for or trained."""
        wanted = judged.options.teacher_steps > 0 and judged.options.teacher_clips > 0
        return Teacher(judged) if wanted and (Path(judged.options.run) / "teacher.pt").exists() else None

    def pictures(self, chunk):
        latents = Stream(self.config, self.network, self.sampler).whole(chunk, self.judged.options.device)
        return self.judged.decoded(latents, self.codec)


@torch.no_grad()
def run(options):
    judged, scores, sheet = Judged(options), Scores(), []
    config, latents, each = judged.config, judged.latents, judged.each
    tried, teacher = variants(options, config), Teacher.of(judged)
    frames = latents.frames if not options.stream else min(latents.frames, options.stream // each)
    frames -= frames % config.attention.chunk_latent_frames
    for index in tqdm(judged.indices(), desc=judged.stage):
        read = judged.clips.read(index, "ego", "filled", "coverage", "ego_tags", "exo")
        if read is None:
            continue
        truth, filled, coverage, tags, exo = (array[: frames * each] for array in read)
        chunk, clean = latents.batch([index], frames=frames)
        made = {"filled prior": bytes_to_tensor(filled), "filled prior, codec": judged.decoded(chunk.condition),
                "truth, codec": judged.decoded(clean)}
        for name, (sampler, without) in tried.items():
            made[name] = judged.decoded(judged.streamed(chunk, sampler, without))
            if name == "model":
                shown = judged.composed(made["model"], filled, coverage, judged.lens(index))
                made["shown"] = bytes_to_tensor(shown)
        if teacher and len(sheet) < options.teacher_clips:
            made[teacher.name] = teacher.pictures(chunk)
            made[teacher.name_shown] = bytes_to_tensor(judged.composed(made[teacher.name], filled, coverage, judged.lens(index)))
        true_pictures = bytes_to_tensor(truth)
        for name, pictures in made.items():
            scores.add(name, latents.names[index], scored(pictures, true_pictures, coverage, tags))
        sheet.append(row_of(exo, filled, to_bytes(made["model"]), shown, truth))
    report(options, judged, scores, teacher, len(sheet), frames * each)
    if options.sheet and sheet:
        from PIL import Image
        Image.fromarray(np.concatenate(sheet)).save(options.sheet)


def report(options, judged, scores, teacher, clips, frames):
    rows, teacher_clips = scores.means(), min(clips, options.teacher_clips) if teacher else 0
    gains = {row: scores.gains(row, "filled prior", GAINS) for row in ("model", "shown")}
    under = scores.gains(teacher.name, "model", GAINS) if teacher else {}
    under_shown = scores.gains(teacher.name_shown, "shown", GAINS) if teacher else {}
    write_json(Path(options.run) / "metrics.json",
               {"stage": judged.stage, "weights": judged.weights, "clips": clips, "teacher_clips": teacher_clips, "frames": frames, "rows": rows,
                "gains": gains, "under_teacher": under, "under_teacher_shown": under_shown})
    for name, metrics in rows.items():
        print(line(name, metrics))
    for name, metrics in gains.items():
        print(line(f"{name} over the filled prior", metrics, signed=True))
    for name, metrics in (("teacher over the model", under), ("the same, both as shown", under_shown)):
        if metrics:
            print(line(name, metrics, signed=True))
    of_them = f" (the teacher's figures are of the first {teacher_clips})" if teacher else ""
    print(f"{clips} clips of {frames} frames{of_them}, stage {judged.stage}; {judged.clips.report()}")
    print_bars(options.run)


def line(name, metrics, signed=False):
    return f"{name:28}" + "".join(f"  {metric} {value:{'+' if signed else ''}8.3f}" for metric, value in metrics.items())


def row_of(exo, filled, made, shown, truth):
    """The clip's last frame: exo (padded), filled prior, model, as shown, truth."""
    tall = np.zeros((truth.shape[1], exo.shape[2], 3), np.uint8)
    tall[: exo.shape[1]] = exo[-1]
    return np.concatenate([tall, filled[-1], made[-1], shown[-1], truth[-1]], 1)


if __name__ == "__main__":
    main(EvaluateOptions, run, required=("run", "clips"))
