"""Encodes clips once: exo, filled prior and ego truth to latents, with coverage and geometry, in RUN/latents.

An interrupted run goes on where it stopped. Clips are taken in a fixed random order, so that --count or --minutes leave a
fair sample; those held out by train_codec come last in RUN/latents-held-out. Needs --clips and --run.
"""

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from .dataset import UNCHANGED, Clips, apply_colour, colour_change
from .errors import TrainingError
from .geometry_tokens import TokenGeometry
from .inputs import pooled_coverage
from .latent_set import LatentSet
from .options import main
from .pictures import to_tensor
from .precision import half_precision
from .runs import load_codec, open_config, require_statistics
from .scores import hand_mask


@dataclass
class CacheOptions:
    run: Path = None
    """folder of the run"""
    clips: Path = None
    """folder of clip_*.npz"""
    count: int = 0
    """clips to encode; 0 for all"""
    minutes: float = 0.0
    """after which it stops and keeps what there is; 0 for no limit"""
    held_out: int = 16
    """clips that are not trained on; as for train_codec"""
    seed: int = 0
    colours: bool = False
    """change every clip's colours, by its number and the seed"""
    device: str = "cpu"
    threads: int = 2


def run(options):
    config = open_config(options)
    require_statistics(options.run, config)
    codec = load_codec(options.run, config, options.device)
    training, held_out = Clips(options.clips).split(options.held_out)
    training.require_size(config)
    order = np.random.default_rng(options.seed).permutation(len(training))
    fill(options, config, codec, held_out, range(len(held_out)), Path(options.run) / "latents-held-out", change=False)
    begin = time.monotonic()
    kept = fill(options, config, codec, training, order[: options.count or None], Path(options.run) / "latents", options.colours,
                until=begin + 60 * options.minutes if options.minutes else None)
    print(f"{len(kept)} clips of {kept.frames} latent frames in {kept.folder}; {training.report()}")


def fill(options, config, codec, clips, order, folder, change, until=None):
    """A `LatentSet` of the clips in this order; those that it has already are left as they are."""
    frames = next((len(read[0]) for i in order if (read := clips.read(i, "coverage")) is not None), 0) // config.codec.frames_per_latent
    if frames == 0:
        raise TrainingError(f"{clips.folder}: {clips.report()}")
    if (folder / "index.json").exists():
        kept = LatentSet.open(folder, writable=True)
        if kept.frames != frames or kept.capacity < len(order):
            raise TrainingError(f"{folder} is for {kept.capacity} clips of {kept.frames} latent frames; remove it to cache these")
    else:
        kept = LatentSet.create(folder, config, frames, len(order))
    have = set(kept.names)
    for index in tqdm([i for i in order if clips.paths[i].stem not in have], desc=folder.name):
        if until is not None and time.monotonic() > until:
            break
        colours = colour_change(np.random.default_rng([options.seed, index])) if change else UNCHANGED
        rows = encoded(config, codec, clips, index, frames, options.device, colours)
        if rows is not None:
            kept.append(clips.paths[index].stem, rows)
    return kept


@torch.no_grad()
def encoded(config, codec, clips, index, frames, device="cpu", colours=UNCHANGED):
    """The rows of one clip, or None where it cannot be read or has another size."""
    read = clips.read(index, "exo", "filled", "ego", "coverage", "exo_depth", "ego_tags")
    cameras = clips.cameras(index)
    if read is None or cameras is None:
        return None
    pictures, coverage, depth, tags = read[:3], *read[3:]
    each = config.codec.frames_per_latent
    for name, video, size in (("exo", pictures[0], config.exo), ("ego", pictures[2], config.ego)):
        if video.shape[1:3] != (size.height, size.width) or len(video) < frames * each:
            clips.skipped[clips.paths[index].stem] = f"{name} is {video.shape}; expected {frames * each} of {size.width}x{size.height}"
            return None
    videos = {name: to_tensor(apply_colour(video[: frames * each], colours)).to(device) for name, video in zip(("exo", "filled", "ego"), pictures)}
    masks = {"coverage": torch.from_numpy(coverage[: frames * each])[None].float() / 255,
             "hands": torch.from_numpy(hand_mask(tags[: frames * each]))[None].float()}
    rows = {name: value[0].cpu().numpy() for name, value in latent_rows(config, codec, videos, masks).items()}
    return rows | geometry_rows(config, cameras, depth, frames)


def latent_rows(config, codec, pictures, masks):
    """Name to rows of clips: of `pictures`, exo, filled and ego [B, T*F, 3, H, W], and `masks`, coverage and hands [B, T*F, H, W]; all in 0...1."""
    rows = {}
    for name, video in pictures.items():
        with half_precision(video.device):
            latents = codec.encode(video)
        rows[name] = codec.normalised(latents.float())
    pooled = {name: pooled_coverage(mask, config.codec.frames_per_latent, config.codec.square) for name, mask in masks.items()}
    rows["coverage"] = (pooled["coverage"] * 255 + 0.5).byte()
    rows["hands"] = (pooled["hands"].mean(2) * 255 + 0.5).byte()
    return rows


def geometry_rows(config, cameras, depth, frames):
    """points, rays and centres at the last video frame of every latent frame."""
    size = [(part.width, part.height) for part in (config.exo, config.ego)]
    made = TokenGeometry(cameras.exo, cameras.ego, *size, config.codec.square * config.transformer.patch_size[1])
    each = config.codec.frames_per_latent
    last = [each * frame + each - 1 for frame in range(frames)]
    return {"points": np.stack([made.points(depth[n], cameras.exo_world_to_camera[n]) for n in last]),
            "rays": np.stack([made.rays(cameras.ego_world_to_camera[n]) for n in last]),
            "centres": np.stack([made.centre(cameras.ego_world_to_camera[n]) for n in last])}


if __name__ == "__main__":
    main(CacheOptions, run, required=("run", "clips"))
