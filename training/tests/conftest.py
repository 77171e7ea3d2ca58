"""No progress bars among the tests' own output, one thread, and a toy run that several files look at."""

import os

os.environ.setdefault("TQDM_DISABLE", "1")
import pytest
import torch

torch.set_num_threads(1)
from egomodel import cache_latents, distill, train_codec, train_teacher
from toys import SMALL, write_clips


@pytest.fixture(scope="session")
def clips(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips")
    write_clips(folder, 4)
    (folder / "clip_00000001.npz").write_bytes(b"not a clip")
    return folder


@pytest.fixture(scope="session")
def run(tmp_path_factory, clips):
    """A run with a trained codec, cached latents, a teacher and a student."""
    folder = tmp_path_factory.mktemp("run")
    SMALL.write(folder / "given.json")
    common = dict(run=folder, minutes=0.0)
    train_codec.train(train_codec.CodecOptions(**common, clips=clips, config=folder / "given.json", steps=60, batch=2, crop=32, frames=4,
                                               held_out=1, adversarial_from=1.0, warmup=5))
    cache_latents.run(cache_latents.CacheOptions(run=folder, clips=clips, held_out=1))
    train_teacher.train(train_teacher.TeacherOptions(**common, steps=6))
    distill.train(distill.DistillOptions(**common, steps=4))
    return folder
