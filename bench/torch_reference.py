"""Times the reference network in PyTorch (training/egomodel) and egobench in turn on the same model, and prints JSON.

    .venv/bin/python bench/torch_reference.py --egobench .build/release/egobench [--threads 2] [--rounds 3]

One chunk is both encoders, all passes of the transformer over a full cache, and the decoder, in fp32 with random weights. Times
are the middle of all chunks; the two take turns, so that other programs on the machine disturb both.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import torch

TRAINING = Path(__file__).resolve().parent.parent / "training"
sys.path.insert(0, str(TRAINING))

from egomodel.codec import Codec  # noqa: E402
from egomodel.config import ModelConfig  # noqa: E402
from egomodel.streaming import Chunk, Stream  # noqa: E402
from egomodel.transformer import Transformer  # noqa: E402


class Timed:
    """The model as it streams, with a stopwatch on its parts."""

    def __init__(self, config):
        self.config = config
        self.codec, self.network = Codec(config.codec).eval(), Transformer(config.transformer).eval()
        self.stream = Stream(config, self.network)
        self.memories = {"exo": {}, "prior": {}, "ego": {}}
        length = config.attention.chunk_latent_frames
        frames = length * config.codec.frames_per_latent
        self.exo = torch.rand(1, frames, 3, config.exo.height, config.exo.width)
        self.prior = torch.rand(1, frames, 3, config.ego.height, config.ego.width)
        (m, n), latent = (r * c for r, c in map(config.token_size, ("exo", "ego"))), config.latent_size("ego")
        self.coverage = torch.rand(1, length, config.codec.frames_per_latent, *latent)
        self.points, self.centres = torch.randn(1, length, m, 3), torch.randn(1, length, 3)
        self.rays = torch.nn.functional.normalize(torch.randn(1, length, n, 3), dim=-1)

    def chunk(self):
        """(encode, transformer, decode) in milliseconds."""
        begin = time.perf_counter()
        exo, prior = (self.codec.normalised(self.codec.encode(getattr(self, name), self.memories[name])) for name in ("exo", "prior"))
        encoded = time.perf_counter()
        latents = self.stream.push(Chunk(exo, prior, self.coverage, self.points, self.rays, self.centres))
        made = time.perf_counter()
        self.codec.decode(self.codec.denormalised(latents), self.memories["ego"])
        return [1000 * t for t in (encoded - begin, made - encoded, time.perf_counter() - made)]


def ours(egobench, config, threads, chunks):
    command = [egobench, "model", "--config", config, "--random-weights", "--workers", str(threads), "--chunks", str(chunks), "--json", "-"]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--egobench", default=".build/release/egobench")
    parser.add_argument("--config", default="ego-tiny", help="ego-tiny, or a config.json")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--chunks", type=int, default=12, help="of each round, for each of the two")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)

    config = ModelConfig.read(TRAINING / "ego-tiny.json" if arguments.config == "ego-tiny" else arguments.config)
    theirs, mine, report = [], [], {}
    with torch.inference_mode():
        model = Timed(config)
        for _ in range(config.attention.sink_latent_frames + config.attention.window_latent_frames + 1):
            model.chunk()
        for _ in range(arguments.rounds):
            theirs += [model.chunk() for _ in range(arguments.chunks)]
            report = ours(arguments.egobench, arguments.config, arguments.threads, arguments.chunks)
            stages = {stage["name"]: stage["median_milliseconds"] * stage["runs"] / arguments.chunks for stage in report["stages"]}
            encode, decode = stages.pop("encode"), stages.pop("decode")
            mine.append([encode, sum(stages.values()), decode])

    middle = [[round(statistics.median(column), 2) for column in zip(*rows)] for rows in (theirs, mine)]
    names = ("encode", "transformer", "decode")
    rows = {name: {"ours_ms": b, "torch_ms": a, "ours_over_torch": round(b / a, 3)} for name, a, b in zip(names, *middle)}
    total = [round(sum(row), 2) for row in middle]
    rows["chunk"] = {"ours_ms": total[1], "torch_ms": total[0], "ours_over_torch": round(total[1] / total[0], 3)}
    print(json.dumps({"model": config.name, "torch": torch.__version__, "threads": arguments.threads, "egobench": report["device"],
                      "stages": rows}, indent=2))


if __name__ == "__main__":
    main()
