"""Writes a model folder (docs/models.md) from a run: fp16 weights, config.json with their sums, a model card.

Needs --run and --out.
"""

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import save_file

from .bars import expect_figures_of
from .card import card
from .options import main
from .runs import fingerprint, latest, load_codec, load_transformer, open_config


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
    notes: Path = None
    """Markdown on where the model fails, for the card"""
    sheet: Path = None
    """picture of held-out clips, for the card"""
    about: str = "A small causal video diffusion model that completes an egocentric prior."


def run(options):
    config = open_config(options)
    config.name = options.name or config.name
    stage = latest(options.run) if options.stage == "latest" else options.stage
    networks = {config.codec.file: load_codec(options.run, config, stage=stage),
                config.transformer.file: load_transformer(options.run, config, stage)}
    expect_figures_of(options.run, fingerprint(*(network.state_dict() for network in networks.values())))
    out = Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    for file, network in networks.items():
        save_file({k: v.detach().to(torch.float16).contiguous() for k, v in sorted(network.state_dict().items())}, out / file)
        config.sha256[file] = hashlib.sha256((out / file).read_bytes()).hexdigest()
    config.checked().write(out / "config.json")
    notes = Path(options.notes).read_text() if options.notes else ""
    if options.sheet:
        shutil.copy(options.sheet, out / Path(options.sheet).name)
    text = card(config, networks.values(), options.run, options.about, notes, stage, Path(options.sheet).name if options.sheet else None)
    (out / "README.md").write_text(text)
    print(f"{out}: {sum(path.stat().st_size for path in out.iterdir()) / 1e6:.1f} MB, from the stage {stage}")


if __name__ == "__main__":
    main(ExportOptions, run, required=("run", "out"))
