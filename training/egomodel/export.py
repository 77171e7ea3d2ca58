"""Writes a model folder (docs/models.md) from a run: fp16 weights, config.json with their sums, a model card.

Needs --run and --out.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import save_file

from .options import main
from .runs import latest, load_codec, load_transformer, open_config

CARD = """# {name}

{about}

| | |
| --- | --- |
| Input | exo video {exo}, depth, both cameras; the prior rendered from them |
| Output | ego video {ego} |
| Codec | {codec_millions:.2f} M parameters, {frames} frames to a latent |
| Transformer | {transformer_millions:.2f} M parameters, {layers} layers of {dim} channels |
| Steps | {steps} |
| Trained on | synthetic clips of egostream's own world (training/README.md) |

## Measured

On synthetic clips that were not trained on (means; PSNR in dB; `sharpness` is the gradients' size over the truth's). PSNR and SSIM
reward blur: read them beside `psnr_low` and `sharpness`.

{table}

## Limits

It was trained on synthetic rooms at {exo} and {ego} only.
"""


@dataclass
class ExportOptions:
    run: Path = None
    """folder of the run"""
    out: Path = None
    """model folder to write"""
    name: str = ""
    """of the model (default: the config's)"""
    stage: str = "latest"
    """teacher, distill, finetune or the latest of them"""
    metrics: Path = None
    """JSON of egomodel.evaluate (default: the run's metrics.json)"""
    about: str = "A small causal video diffusion model that completes an egocentric prior."


def run(options):
    config = open_config(options)
    config.name = options.name or config.name
    stage = latest(options.run) if options.stage == "latest" else options.stage
    out = Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    networks = {config.codec.file: load_codec(options.run, config, finetuned=stage == "finetune"),
                config.transformer.file: load_transformer(options.run, config, stage)}
    for file, network in networks.items():
        save_file({k: v.detach().to(torch.float16).contiguous() for k, v in sorted(network.state_dict().items())}, out / file)
        config.sha256[file] = hashlib.sha256((out / file).read_bytes()).hexdigest()
    config.checked().write(out / "config.json")
    metrics = Path(options.metrics or Path(options.run) / "metrics.json")
    (out / "README.md").write_text(card(config, networks, json.loads(metrics.read_text()) if metrics.exists() else {}, options.about))
    print(f"{out}: {sum(path.stat().st_size for path in out.iterdir()) / 1e6:.1f} MB, from the stage {stage}")


def card(config, networks, metrics, about):
    codec, transformer = networks.values()
    millions = lambda network: sum(p.numel() for p in network.parameters()) / 1e6
    return CARD.format(
        name=config.name, about=about, exo=f"{config.exo.width}x{config.exo.height}", ego=f"{config.ego.width}x{config.ego.height}",
        codec_millions=millions(codec), transformer_millions=millions(transformer), frames=config.codec.frames_per_latent,
        layers=config.transformer.num_layers, dim=config.transformer.dim, table=table(metrics.get("rows", {})),
        steps=", ".join(f"{t:g}" for t in config.sampler.timesteps) if config.sampler.kind == "few_step" else config.sampler.steps)


def table(rows):
    """Markdown of name -> {metric: number}."""
    if not rows:
        return "Not measured yet: run `python -m egomodel.evaluate` and export again."
    names = list(next(iter(rows.values())))
    lines = ["| | " + " | ".join(names) + " |", "| --- |" + " --- |" * len(names)]
    for row, values in rows.items():
        lines.append(f"| {row} | " + " | ".join(f"{values[name]:.3g}" if values[name] < 10 else f"{values[name]:.1f}" for name in names) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    main(ExportOptions, run, required=("run", "out"))
