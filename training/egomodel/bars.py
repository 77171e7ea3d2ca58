"""What a model must reach to be shipped, and how far it is: read from what the evaluations left in the run's folder."""

import json
from dataclasses import dataclass
from pathlib import Path

from .errors import StaleFigures


@dataclass(frozen=True)
class Bar:
    what: str
    command: str
    """The module that measures it."""
    file: str
    path: tuple
    """Of keys to the number in that file."""
    least: float | None = None
    most: float | None = None
    unit: str = ""

    def measured(self, run):
        """What the run's folder says; None where it was not measured."""
        return measured(Path(run) / self.file, self.path)

    def state(self, run):
        """met, not met or not measured."""
        value = self.measured(run)
        if value is None:
            return "not measured"
        return "met" if (value >= self.least if self.least is not None else value <= self.most) else "not met"

    def value(self, run):
        """The figure and what is wanted, in words; without a figure, how to get it."""
        value = self.measured(run)
        wanted = f"at least {self.least:g}" if self.least is not None else f"at most {self.most:g}"
        return f"{wanted}{self.unit} (python -m egomodel.{self.command})" if value is None else f"{value:.3g}{self.unit}, {wanted}"

    def line(self, run):
        state = self.state(run)
        return f"{state.upper() if state == 'not met' else state:12}  {self.what}: {self.value(run)}"


BARS = (
    Bar("PSNR over push-pull, as shown", "evaluate", "metrics.json", ("gains", "shown", "psnr"), least=3.0, unit=" dB"),
    Bar("SSIM over push-pull, as shown", "evaluate", "metrics.json", ("gains", "shown", "ssim"), least=0.1),
    Bar("PSNR over push-pull where nothing was observed, as shown", "evaluate", "metrics.json", ("gains", "shown", "psnr_unseen"),
        least=2.0, unit=" dB"),
    Bar("sharpness, as shown", "evaluate", "metrics.json", ("rows", "shown", "sharpness"), least=0.7),
    Bar("the truth through the codec", "evaluate", "metrics.json", ("rows", "truth, codec", "psnr"), least=28.0, unit=" dB"),
    Bar("PSNR under the teacher's with many steps", "evaluate", "metrics.json", ("under_teacher", "psnr"), most=0.5, unit=" dB"),
    Bar("swd of the teacher's with many steps, less the model's", "evaluate", "metrics.json", ("under_teacher", "swd"), least=0.0),
    Bar("IoU of hands that the prior lacks, as shown", "hands", "hands.json", ("iou", "shown"), least=0.35),
    Bar("drift over a thousand frames", "steadiness", "steadiness.json", ("drift", "model"), most=0.5, unit=" dB"),
    Bar("flicker of a still scene, as shown", "steadiness", "steadiness.json", ("flicker", "shown", "all"), most=2.0, unit=" steps of 255"),
    Bar("product against PyTorch, PSNR apart", "product", "product.json", ("apart", "psnr"), most=0.1, unit=" dB"),
)


def measured(file, path):
    """The number at `path` of a JSON file; None where there is none."""
    try:
        value = json.loads(file.read_text())
        for key in path:
            value = value[key]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return value if value is not None and value == value else None


def expect_figures_of(run, weights):
    """Raises `StaleFigures` where a file that BARS reads is of other weights than the codec's and the transformer's of this `fingerprint`."""
    for file, command in {bar.file: bar.command for bar in BARS}.items():
        path = Path(run) / file
        if path.exists() and measured(path, ("weights",)) != weights:
            raise StaleFigures(f"{path} is not of the weights that are exported: run egomodel.{command} again, or remove it")


def print_bars(run):
    print("\nbars:")
    for bar in BARS:
        print(" ", bar.line(run))


def write_json(file, document):
    Path(file).write_text(json.dumps(document, indent=1) + "\n")
