"""Writes the tiny networks, inputs and outputs that the product's tests are checked against.

    python training/make_fixtures.py [--out Tests/NetworksTests/Fixtures]

Needs diffusers and peft besides the training's own packages. The same versions give the same bytes.
"""

import argparse
from pathlib import Path

import torch

from egomodel.fixtures import causal, codec, diffusers_models, flow_match, lora, noise_values, token_geometry, window

EVERY = (diffusers_models, codec, lora, flow_match, causal, window, noise_values, token_geometry)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "Tests" / "NetworksTests" / "Fixtures")
    out = parser.parse_args().out
    torch.set_num_threads(1)
    for module in EVERY:
        module.write(out)
    files = [path for path in out.rglob("*") if path.is_file()]
    print(f"{out}: {len(files)} files, {sum(path.stat().st_size for path in files) / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
