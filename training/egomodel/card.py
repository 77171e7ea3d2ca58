"""The model card that is exported with a model: what it is, how it was made, what was measured, and where it fails.

Everything in it is read from the run's folder (the stages' logs, and what the evaluations left there), but for the notes, which
somebody who has looked at the pictures writes.
"""

import json
from pathlib import Path

import torch

from .bars import BARS
from .runs import load_codec

CARD = """# {name}

{about}
{pictures}
| | |
| --- | --- |
| Input | exo video {exo}, depth, both cameras; the prior rendered from them |
| Output | ego video {ego}, which the engine composes with the prior |
| Codec | {codec_millions:.2f} M parameters, {frames} frames × {square} × {square} pixels to a latent of {channels} |
| Transformer | {transformer_millions:.2f} M parameters, {layers} layers of {dim} channels |
| Steps | {steps} |
| Remembers | {remembers} |
| Sees | {window} latent frames and {sinks} that stays: {seconds:.1f} s at 30 frames a second |

## How it was made

On synthetic clips of egostream's own world alone (training/README.md): {data}. Seed 0 everywhere. Weights are the averages of
{weights}, in fp16.

{recipe}

## Measured on synthetic clips

On {clips} clips that were not trained on{teacher}, in PyTorch; PSNR in dB, `sharpness` is the gradients' size over the truth's, `swd` the distance of
textures (0 is best). PSNR and SSIM reward blur: read them beside those two.

{table}

| bar | got | |
| --- | --- | --- |
{bars}

## Measured on real clips

{quality}

## Limits

{notes}
"""

REMEMBERED = {"clean_pass": "the keys and values of a pass over the finished latents", "last_step": "the keys and values of the last step"}


def card(config, networks, run, about, notes, stage, sheet=None):
    """Markdown for a model folder. `networks` are the codec and the transformer, `run` the folder of their making."""
    run, (codec, transformer) = Path(run), networks
    millions = lambda network: sum(p.numel() for p in network.parameters()) / 1e6
    size = lambda part: f"{part.width}×{part.height}"
    metrics, attention = document(run / "metrics.json"), config.attention
    frames = config.codec.frames_per_latent
    return CARD.format(
        name=config.name, about=about, exo=size(config.exo), ego=size(config.ego), codec_millions=millions(codec), frames=frames,
        square=config.codec.square, channels=config.codec.latent_channels, transformer_millions=millions(transformer),
        layers=config.transformer.num_layers, dim=config.transformer.dim, steps=steps(config.sampler), weights=weights(run, config, stage, codec),
        remembers=REMEMBERED[attention.cache_write], window=attention.window_latent_frames, sinks=attention.sink_latent_frames or 0,
        seconds=attention.window_latent_frames * frames / 30,
        pictures=f"\n![Held-out synthetic clips: exo, filled prior, the model's picture, as shown, truth]({sheet})\n" if sheet else "",
        data=data(run), recipe=recipe(run), clips=metrics.get("clips", "no"), teacher=teacher(metrics), table=table(metrics.get("rows", {})), bars=bars(run),
        quality=quality(document(run / "quality.json")), notes=notes.strip() or "Not written yet.")


def document(path):
    return json.loads(path.read_text()) if path.exists() else {}


def steps(sampler):
    """The timesteps, or how many there are."""
    return ", ".join(f"{t:g}" for t in sampler.timesteps) if sampler.kind == "few_step" else sampler.steps


def data(run):
    """How much there was to learn from."""
    if (run / "course.jsonl").exists():
        drawn = json.loads((run / "course.jsonl").read_text().splitlines()[-1])["clips"]
        return f"{drawn:,} clips, each also mirrored, drawn while it trained"
    index = document(run / "latents" / "index.json")
    count, frames = len(index.get("clips", ())), index.get("frames", 0)
    return f"{count} clips of {frames} latent frames" if count else "not recorded"


def weights(run, config, stage, codec):
    """Which stages' averages the weights are."""
    before = load_codec(run, config, stage=stage, refined=False)
    same = lambda layer, other: all(torch.equal(*both) for both in zip(layer.parameters(), other.parameters()))
    last = next((count for count in range(len(codec.decoder), 0, -1) if not same(codec.decoder[-count], before.decoder[-count])), 0)
    return f"`{stage}`" + (f", those of the decoder's last {last} layers of `refine`" if last else "")


def teacher(metrics):
    """In brackets, how many clips the teacher's figures are of, where it streamed fewer than the model."""
    count = metrics.get("teacher_clips", 0)
    if count in (0, metrics.get("clips")):
        return ""
    return f" (the teacher's rows, and the two bars against it, are of the first {count} of them)"


def recipe(run):
    """Markdown of every stage's steps and time."""
    lines = ["| stage | steps | minutes | last |", "| --- | --- | --- | --- |"]
    for stage in ("codec", "teacher", "distill", "finetune", "refine"):
        log = run / f"{stage}.jsonl"
        if not log.exists():
            continue
        last = json.loads(log.read_text().splitlines()[-1])
        numbers = ", ".join(f"{name} {value:.3g}" for name, value in last.items() if name not in ("step", "seconds"))
        lines.append(f"| {stage} | {last['step']} | {last['seconds'] / 60:.1f} | {numbers} |")
    return "\n".join(lines)


def table(rows):
    """Markdown of name -> {metric: number}."""
    if not rows:
        return "Not measured yet: run `python -m egomodel.evaluate` and export again."
    names = list(next(iter(rows.values())))
    lines = ["| | " + " | ".join(names) + " |", "| --- |" + " --- |" * len(names)]
    for row, values in rows.items():
        lines.append(f"| {row} | " + " | ".join(number(values.get(name)) for name in names) + " |")
    return "\n".join(lines)


def number(value):
    if value is None or value != value:
        return ""
    return f"{value:.3g}" if abs(value) < 10 else f"{value:.1f}"


def bars(run):
    """Markdown rows of what the project asks of the model."""
    return "\n".join(f"| {bar.what} | {bar.value(run)} | {bar.state(run)} |" for bar in BARS)


def quality(report):
    """Markdown of `egobench quality --json RUN/quality.json`, the product on clips that it never saw."""
    if not report.get("clips"):
        return "Not measured."
    names = ("psnr", "ssim", "psnr_low", "sharpness", "swd")
    lines = ["By `egobench quality`, which runs the product; beside it the push-pull fill under the lens's profile.", "",
             "| clip | | " + " | ".join(names) + " |", "| --- | --- |" + " --- |" * len(names)]
    for clip in report["clips"]:
        for row, values in (("output", clip["output"]), ("push-pull, lens", clip["naive"]["push_pull_lens"])):
            lines.append(f"| {Path(clip['clip']).name} | {row} | " + " | ".join(number(values[name]) for name in names) + " |")
    return "\n".join(lines)
