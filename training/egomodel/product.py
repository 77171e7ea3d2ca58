"""Holds the product's pictures against PyTorch's on the same clips: a model that was exported and run must still be that model.

Clips become clip folders (egomodel.clip_folders), the exo2ego element plays each into raw frames, and PyTorch streams the same
clip and composes it as the product does. The figures: how far the PSNR of both against the truth is apart, and how far the
pictures are from each other, in all and where nothing was observed (there the picture is the model's own). The prior is checked
in the same way, without a model: if it is apart, all else is. Writes RUN/product.json. Needs --clips, --run and --model; the
plugin (`make build`) and gst-launch-1.0.
"""

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from .bars import print_bars, write_json
from .clip_folders import written
from .errors import TrainingError
from .judging import Judged, JudgingOptions
from .losses import psnr_of_bytes
from .options import main
from .playing import Player


@dataclass
class ProductOptions(JudgingOptions):
    model: Path = None
    """folder that egomodel.export wrote"""
    plugin: Path = Path("../.build/release")
    """folder of libgstexo2ego.so"""
    backend: str = "cpu"
    """of the element: cpu, vulkan or auto"""
    count: int = 4
    """clips"""


class ProductMissing(TrainingError):
    """What runs the product is not there, or it stopped."""


def run(options):
    judged, rows = Judged(options), []
    for index in tqdm(judged.indices(), desc="product"):
        rows.append(compared(judged, index, options))
    means = {name: round(float(np.nanmean([row[name] for row in rows])), 3) for name in rows[0]}
    document = {"stage": judged.stage, "weights": judged.weights, "clips": len(rows), "means": means,
                "apart": {"psnr": round(max(abs(row["product_psnr"] - row["pytorch_psnr"]) for row in rows), 3)}}
    write_json(Path(options.run) / "product.json", document)
    for name, value in means.items():
        print(f"  {name:34} {value:8.3f}")
    print(f"  PSNR apart, at most                {document['apart']['psnr']:8.3f}")
    print_bars(options.run)


def compared(judged, index, options):
    """Name to number, all in decibels, means over the clip's frames."""
    frames = judged.latents.frames * judged.each
    truth, filled, coverage = (array[:frames] for array in judged.clips.read(index, "ego", "filled", "coverage"))
    with tempfile.TemporaryDirectory() as temporary:
        folder = written(judged.clips, index, temporary)
        product, prior = (played(folder, model, options, truth.shape)[:frames] for model in (Path(options.model).resolve(), "none"))
    ours = Player(judged, index).play(list(range(frames)))[1]
    unobserved = coverage < 128
    mean = lambda made, true: float(np.mean([psnr_of_bytes(*pair) for pair in zip(made, true)]))
    hidden = [psnr_of_bytes(a[mask], b[mask]) for a, b, mask in zip(product, ours, unobserved) if mask.any()]
    return {"product_psnr": mean(product, truth), "pytorch_psnr": mean(ours, truth), "product_to_pytorch": mean(product, ours),
            "product_to_pytorch_unobserved": float(np.mean(hidden)) if hidden else float("nan"),
            "prior_of_product_to_clip": mean(prior, np.where(judged.lens(index)[..., None], filled, 0))}


def played(folder, model, options, shape):
    """uint8 pictures of `shape` [T, H, W, 3] that the element makes of a clip folder. Raises `ProductMissing`."""
    launch, plugin = shutil.which("gst-launch-1.0"), Path(options.plugin).resolve()
    for thing, there in (("gst-launch-1.0", launch), (plugin / "libgstexo2ego.so", (plugin / "libgstexo2ego.so").exists())):
        if not there:
            raise ProductMissing(f"{thing} is not there; install GStreamer and build the plugin with `make build`, or name its folder with --plugin")
    out = folder / "ego.rgb"
    line = (f"exo2ego name=view calibration={folder}/clip.json model={model} backend={options.backend} ! video/x-raw,format=RGB"
            f" ! filesink location={out} filesrc location={folder}/exo.mp4 ! decodebin ! videoconvert ! queue ! view.sink"
            f" filesrc location={folder}/depth.mkv ! decodebin ! video/x-raw,format=GRAY16_LE ! queue ! view.depth")
    places = f"{plugin}:{os.environ.get('GST_PLUGIN_PATH', '')}".rstrip(":")
    environment = os.environ | {"GST_PLUGIN_PATH": places, "GST_REGISTRY": str(folder / "registry.bin")}
    done = subprocess.run([launch, "-q", *line.split()], capture_output=True, text=True, env=environment)
    pictures = np.fromfile(out, np.uint8) if out.exists() else np.empty(0, np.uint8)
    if done.returncode != 0 or pictures.size != np.prod(shape):
        said = " ".join(done.stderr.split()[:60])
        raise ProductMissing(f"{folder.name}: the element made {pictures.size} bytes; expected {np.prod(shape)}: {said}")
    return pictures.reshape(shape)


if __name__ == "__main__":
    main(ProductOptions, run, required=("run", "clips", "model"))
