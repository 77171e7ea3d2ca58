"""A run's folder: config.json, one checkpoint a stage, the cached latents, and logs."""

import hashlib
from pathlib import Path

import torch

from . import team
from .codec import Codec
from .config import ModelConfig
from .errors import CheckpointNotUsable, ConfigNotUsable
from .transformer import Transformer


def open_config(options):
    """The run's config.json. Where there is none yet, it is made from `options.config`, which egomodel.train_codec takes, and with `--fresh`
    it is made from that again; otherwise it stands, since it holds what was measured for the run.

    Raises `ConfigNotUsable` where `options.config` then says something else, and where there is neither.
    """
    path, given = Path(options.run) / "config.json", getattr(options, "config", None)
    wanted = None if given is None else ModelConfig.read(given)
    if path.exists() and (wanted is None or not options.fresh):
        config = ModelConfig.read(path)
        if wanted is not None and (differences := config.differences(wanted)):
            raise ConfigNotUsable(f"{given}: {'; '.join(differences)} as in {path}; leave --config out to go on, or begin anew with --fresh")
        return config
    if wanted is None:
        raise ConfigNotUsable(f"{path} is not there; expected a run: egomodel.train_codec begins one with --config, egomodel.adopt with a model")
    write_config(options.run, wanted)
    return wanted


def write_config(run, config):
    """Writes a run's config.json. Of several processes, which all come to the same, only the first does."""
    if team.rank() == 0:
        Path(run).mkdir(parents=True, exist_ok=True)
        config.write(Path(run) / "config.json")


def require_statistics(run, config):
    """Raises `ConfigNotUsable` where the latents' statistics have not been measured: nothing would be normalised by them."""
    if not config.codec.measured:
        raise ConfigNotUsable(f"{run}/config.json: codec.latent_mean and codec.latent_deviation are [0.0] and [1.0]; expected what was measured of "
                              "the codec's latents: egomodel.train_codec writes it when it ends, be it by Ctrl-C")


def checkpoint(run, stage, device="cpu"):
    """A stage's checkpoint; nothing is read of its weights but what is asked for."""
    path = Path(run) / f"{stage}.pt"
    if not path.exists():
        raise CheckpointNotUsable(f"{path} is not there; run that stage first")
    return torch.load(path, map_location=device, weights_only=True, mmap=True)


def averaged(run, stage, part, device="cpu"):
    """The averaged weights `part` of a stage's checkpoint."""
    state = checkpoint(run, stage, device)["state"]
    if part not in state:
        raise CheckpointNotUsable(f"{run}/{stage}.pt holds no {part}; it holds {sorted(state)}")
    return state[part]


def fingerprint(*states):
    """A hash of the weights in state dictionaries."""
    digest = hashlib.sha256()
    for state in states:
        for name, value in sorted(state.items()):
            digest.update(f"{name} {value.dtype} {list(value.shape)}".encode())
            digest.update(value.cpu().contiguous().flatten().view(torch.uint8).numpy())
    return digest.hexdigest()[:16]


def source_of(run, stage):
    """What tells a stage's averages from any other: its steps, and a hash of the weights; of `finetune` with its decoder, trained or not."""
    saved = checkpoint(run, stage)
    parts = [saved["state"]["average"]]
    if stage == "finetune":
        parts.append(saved["state"]["codec_average"] if "codec_average" in saved["state"] else averaged(run, "codec", "average"))
    return {f"{stage} step": saved["step"], "weights": fingerprint(*parts)}


def begin(run, stage, state):
    """Writes a stage's checkpoint of no steps, whose average are the weights `state`."""
    torch.save({"step": 0, "seconds": 0.0, "state": {"average": state}}, Path(run) / f"{stage}.pt")


def write_averages(run, stage, folder):
    """Writes what is averaged in a stage's checkpoint to a checkpoint in another folder, in half precision."""
    saved = torch.load(Path(run) / f"{stage}.pt", map_location="cpu", weights_only=True)
    halves = {part: {name: value.half() if value.is_floating_point() else value for name, value in saved["state"][part].items()}
              for part in ("average", "codec_average") if part in saved["state"]}
    Path(folder).mkdir(parents=True, exist_ok=True)
    torch.save({"step": saved["step"], "seconds": saved["seconds"], "state": halves}, Path(folder) / f"{stage}.pt")


def fill(network, run, stage, part):
    """Gives a network the averaged weights of a stage. Raises `CheckpointNotUsable` where they are of another shape."""
    try:
        network.load_state_dict(averaged(run, stage, part))
    except RuntimeError as error:
        first = str(error).splitlines()[:2]
        raise CheckpointNotUsable(f"{run}/{stage}.pt does not fit {run}/config.json: {' '.join(first)}") from error


def load_codec(run, config, device="cpu", stage="codec", refined=True):
    """The codec that goes with a stage of the transformer: its own, or, after `finetune`, with the decoder as that stage and, where
    `refined`, egomodel.refine_decoder left it. Raises `CheckpointNotUsable` where the latter refined another student's."""
    codec, found = Codec(config.codec), ("codec", "average")
    if stage == "finetune" and refined and (Path(run) / "refine.pt").exists():
        source, student = checkpoint(run, "refine").get("source", "something it does not name"), source_of(run, "finetune")
        if source != student:
            raise CheckpointNotUsable(f"{run}/refine.pt goes out from {source}; expected {student}, which {run}/finetune.pt holds: "
                                      "run egomodel.refine_decoder again, or remove it")
        found = ("refine", "codec_average")
    elif stage == "finetune" and "codec_average" in checkpoint(run, stage)["state"]:
        found = (stage, "codec_average")
    fill(codec, run, *found)
    return codec.to(device, memory_format=torch.channels_last).eval().requires_grad_(False)


def load_transformer(run, config, stage, device="cpu"):
    """The averaged transformer of a stage: teacher, distill or finetune; `latest` for the last that there is."""
    stage = latest(run) if stage == "latest" else stage
    network = Transformer(config.transformer)
    fill(network, run, stage, "average")
    return network.to(device)


def latest(run, stages=("finetune", "distill", "teacher")):
    """The last of the transformer's stages that has a checkpoint; the teacher where none has."""
    return next((name for name in stages if (Path(run) / f"{name}.pt").exists()), "teacher")
