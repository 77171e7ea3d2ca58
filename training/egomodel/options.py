"""Command lines from dataclasses: a field is an option, the string below it is its help."""

import argparse
import ast
import dataclasses
import inspect
import sys
from pathlib import Path

import torch

from egoworld.errors import SampleError

from . import memory, team
from .errors import TrainingError
from .loop import LoopOptions


def helps(kind):
    """Field name to the string below it, base classes included."""
    found = {}
    for parent in reversed(kind.__mro__[:-1]):
        body = ast.parse(inspect.getsource(parent)).body[0].body
        for field, text in zip(body, body[1:]):
            if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
                found[field.target.id] = text.value.value
    return found


def parsed(kind, line=None, required=("run",)):
    """An options value of dataclass `kind` from the command line."""
    module = sys.modules[kind.__module__]
    parser = argparse.ArgumentParser(prog=f"python -m {module.__spec__.name}" if module.__spec__ else None, description=module.__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    texts = helps(kind)
    for field in dataclasses.fields(kind):
        name, text = "--" + field.name.replace("_", "-"), texts.get(field.name, "")
        if field.type is bool or field.type == "bool":
            parser.add_argument(name, action="store_true", help=text)
        else:
            of = Path if field.default is None or isinstance(field.default, Path) else type(field.default)
            shown = "" if field.default in (None, "") else f" (default: {field.default})"
            parser.add_argument(name, type=of, default=argparse.SUPPRESS, help=text + shown, required=field.name in required)
    given = vars(parser.parse_args(line))
    return kind.of_line(given) if issubclass(kind, LoopOptions) else kind(**given)


def main(kind, train, required=("run",)):
    """Runs a stage from its command line; what a user can act on is said in one line."""
    options = parsed(kind, required=required)
    if getattr(options, "processes", 1) > 1 and team.size() == 1:
        sys.exit(team.launch(options.processes))
    if getattr(options, "device", "cpu").startswith("cuda") and not torch.cuda.is_available():
        sys.exit(f"--device {options.device}: PyTorch finds no CUDA device here; expected one, or --device cpu")
    memory.keep()
    if hasattr(options, "threads"):
        torch.set_num_threads(options.threads)
    try:
        train(options)
    except (TrainingError, SampleError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
