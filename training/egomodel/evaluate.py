"""Streams held-out clips and says how near to the truth they come, beside the push-pull fill and with parts left out.

Rows: the filled prior itself, that through the codec, the truth through the codec (the most that can be had), the model with
its own steps and with others, and without geometry bias, prior or exo. Writes RUN/metrics.json and, with --sheet, a picture
with a row a clip: exo | filled | model | truth. Needs --clips and --run.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from .config import SamplerShape
from .dataset import UNCHANGED, Clips, apply_colour
from .latent_set import LatentSet
from .losses import blurred, psnr, sharpness, ssim
from .options import main
from .pictures import to_bytes, to_tensor
from .runs import latest, load_codec, load_transformer, open_config
from .streaming import Stream

HAND, ARM = 1, 2


@dataclass
class EvaluateOptions:
    run: Path = None
    """folder of the run"""
    clips: Path = None
    """folder of clip_*.npz"""
    stage: str = "latest"
    """teacher, distill, finetune or the latest of them"""
    latents: str = "latents-held-out"
    """folder of cached latents in the run"""
    count: int = 8
    """clips"""
    stream: int = 0
    """video frames a clip; 0 for all"""
    steps: str = "1,2,4"
    """numbers of evenly spaced few-step timesteps to try beside the config's own; 32 also runs"""
    euler: str = ""
    """numbers of Euler steps (shift 3) to try"""
    ablations: bool = False
    """leave out geometry bias, prior and exo as well"""
    sheet: Path = None
    """PNG to write"""
    device: str = "cpu"
    threads: int = 2


def variants(options, config):
    """Name to (sampler, what is left out)."""
    found = {"model": (config.sampler, None)}
    for steps in filter(None, options.steps.split(",")):
        found[f"{steps} even steps"] = (SamplerShape.even(int(steps), config.sampler.seed), None)
    for steps in filter(None, options.euler.split(",")):
        found[f"{steps} Euler steps"] = (SamplerShape("euler", steps=int(steps), shift=3.0, seed=config.sampler.seed), None)
    if options.ablations:
        found |= {f"without {part}": (config.sampler, part) for part in ("geometry", "prior", "exo")}
    return found


@torch.no_grad()
def run(options):
    config = open_config(options)
    stage = latest(options.run) if options.stage == "latest" else options.stage
    network = load_transformer(options.run, config, stage, options.device).eval()
    codec = load_codec(options.run, config, options.device, finetuned=stage == "finetune")
    latents = LatentSet.open(Path(options.run) / options.latents)
    clips = Clips(options.clips).named(latents.names)
    tried, scores, sheet = variants(options, config), {}, []
    frames = latents.frames if not options.stream else min(latents.frames, options.stream // config.codec.frames_per_latent)
    frames -= frames % config.attention.chunk_latent_frames
    for index in tqdm(range(min(options.count, len(latents))), desc=stage):
        read = clips.read(index, "ego", "filled", "coverage", "ego_tags", "exo")
        if read is None:
            continue
        shown = frames * config.codec.frames_per_latent
        truth, filled, coverage, tags, exo = (array[:shown] for array in read)
        chunk, clean = latents.batch([index], frames=frames)
        truth_pictures = to_tensor(apply_colour(truth, UNCHANGED))
        made = {"filled prior": to_tensor(apply_colour(filled, UNCHANGED)), "filled prior, codec": decoded(codec, chunk.condition, options),
                "truth, codec": decoded(codec, clean, options)}
        for name, (sampler, without) in tried.items():
            made[name] = decoded(codec, streamed(config, network, chunk, sampler, without, options.device), options)
        for name, pictures in made.items():
            for metric, value in scored(pictures, truth_pictures, coverage, tags).items():
                scores.setdefault(name, {}).setdefault(metric, []).append(value)
        sheet.append(row_of(exo, filled, to_bytes(made["model"]), truth))
    rows = {name: {metric: round(float(np.nanmean(values)), 4) for metric, values in metrics.items()} for name, metrics in scores.items()}
    document = {"stage": stage, "clips": len(sheet), "frames": frames * config.codec.frames_per_latent, "rows": rows}
    (Path(options.run) / "metrics.json").write_text(json.dumps(document, indent=1) + "\n")
    for name, metrics in rows.items():
        print(f"{name:22}" + "".join(f"  {metric} {value:7.3f}" for metric, value in metrics.items()))
    if options.sheet and sheet:
        from PIL import Image
        Image.fromarray(np.concatenate(sheet)).save(options.sheet)


def streamed(config, network, chunk, sampler, without, device):
    """Ego latents [1, F, c, H, W] of a whole clip, chunk by chunk."""
    if without == "geometry":
        chunk = replace(chunk, points=None)
    elif without == "prior":
        chunk = replace(chunk, condition=0 * chunk.condition, coverage=0 * chunk.coverage)
    elif without == "exo":
        chunk = replace(chunk, exo=0 * chunk.exo)
    stream, length = Stream(config, network, sampler), config.attention.chunk_latent_frames
    with torch.autocast(device, torch.bfloat16):
        made = [stream.push(chunk.piece(first, length).to(device)) for first in range(0, chunk.exo.shape[1], length)]
    return torch.cat(made, 1)


def decoded(codec, latents, options):
    with torch.autocast(options.device, torch.bfloat16):
        return codec.decode(codec.denormalised(latents.to(options.device))).float().cpu()


def scored(made, truth, coverage, tags):
    """Metric to number; `seen` where the exo camera had seen, `hands` the wearer's hands and arms (nan without any)."""
    covered = torch.from_numpy(coverage > 127)[None, :, None]
    hands = torch.from_numpy(np.isin(tags, (HAND, ARM)))[None, :, None]
    masked = lambda mask: psnr(made, truth, mask) if mask.any() else float("nan")
    return {"psnr": psnr(made, truth), "ssim": ssim(made, truth), "psnr_low": psnr(blurred(made, 4.6), blurred(truth, 4.6)),
            "sharpness": sharpness(made, truth), "psnr_seen": masked(covered), "psnr_unseen": masked(~covered), "psnr_hands": masked(hands)}


def row_of(exo, filled, made, truth):
    """The clip's last frame: exo (padded), filled prior, model, truth."""
    tall = np.zeros((truth.shape[1], exo.shape[2], 3), np.uint8)
    tall[: exo.shape[1]] = exo[-1]
    return np.concatenate([tall, filled[-1], made[-1], truth[-1]], 1)


if __name__ == "__main__":
    main(EvaluateOptions, run, required=("run", "clips"))
