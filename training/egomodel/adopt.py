"""Begins a run with the weights of a model folder, such as the one that ships: training goes on where it was exported.

Writes config.json, codec.pt and adopted.pt into RUN: cache_latents encodes with that codec, and train_teacher begins with that
transformer. Needs --run and --model.
"""

from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file

from .codec import Codec
from .config import ModelConfig
from .errors import CheckpointNotUsable
from .options import main
from .runs import begin
from .transformer import Transformer


@dataclass
class AdoptOptions:
    run: Path = None
    """folder of the run; has to be new"""
    model: Path = None
    """model folder (docs/models.md)"""


def run(options):
    folder, model = Path(options.run), Path(options.model)
    if (folder / "config.json").exists():
        raise CheckpointNotUsable(f"{folder} has a config.json already; expected a new folder")
    config = ModelConfig.read(model / "config.json")
    config.sha256 = {}
    folder.mkdir(parents=True, exist_ok=True)
    for name, network, file in (("codec", Codec(config.codec), config.codec.file),
                                ("adopted", Transformer(config.transformer), config.transformer.file)):
        try:
            network.load_state_dict({key: value.float() for key, value in load_file(model / file).items()})
        except (OSError, RuntimeError, SafetensorError) as error:
            raise CheckpointNotUsable(f"{model / file}: {' '.join(str(error).splitlines()[:2])}") from error
        begin(folder, name, network.state_dict())
    config.write(folder / "config.json")
    print(f"{folder} begins with {model}; now egomodel.cache_latents, then egomodel.train_teacher")


if __name__ == "__main__":
    main(AdoptOptions, run, required=("run", "model"))
