"""Several processes on one network: they stay the same network, and a resumed run is the run that never stopped."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import torch

from egomodel import finetune, team, train_teacher
from egomodel.codec import Codec
from egomodel.dataset import Clips
from egomodel.finetune import FinetuneOptions, Finetuning, Scenes
from egomodel.loop import Randomness
from egomodel.runs import load_codec, load_transformer, open_config
from egomodel.stored import StoredClips
from egomodel.train_codec import CodecOptions, CodecTrainer

HERE = Path(__file__).parent


def test_two_processes_agree_and_go_on_bit_for_bit(run, tmp_path):
    command = [sys.executable, HERE / "team_worker.py", run, tmp_path]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": f"{HERE.parent}:{HERE}"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads((tmp_path / "result.json").read_text()) == {"processes": 2, "agree": True, "resumed": True}
    saved = torch.load(tmp_path / "whole" / "teacher.pt", weights_only=True)
    assert saved["step"] == 2
    lines = (tmp_path / "whole" / "teacher.jsonl").read_text().splitlines()
    assert len(lines) == 1, "only the first process logs"
    alone = train_teacher.TeacherOptions(run=tmp_path / "whole", minutes=0.0, steps=2, fresh=True)
    train_teacher.train(alone)
    one = torch.load(tmp_path / "whole" / "teacher.pt", weights_only=True)["state"]["network"]
    assert any(not torch.equal(one[key], saved["state"]["network"][key]) for key in one), "each process learns from batches of its own"


def test_each_process_draws_noise_of_its_own(run, clips, tmp_path, monkeypatch):
    """Alone, the numbers are those of the steps, as they always were."""
    config, options = open_config(FinetuneOptions(run=run)), dict(clips=clips, minutes=0.0, steps=9)
    seeds, scene = [], Scenes(FinetuneOptions(run=run), config, StoredClips(run, clips))(0)
    monkeypatch.setattr(finetune, "Randomness", lambda seed, number, device: seeds.append(number) or Randomness(seed, number, device))
    codec = CodecTrainer(CodecOptions(run=tmp_path, **options), config, Codec(config.codec), Clips(clips))
    student = Finetuning(FinetuneOptions(run=tmp_path, **options, adversarial_from=1.0), config, load_transformer(run, config, "distill"),
                         load_codec(run, config))
    student.loop.step = codec.loop.step = 5
    for rank, size in ((0, 1), (0, 2), (1, 2)):
        monkeypatch.setenv("RANK", str(rank))
        monkeypatch.setenv("WORLD_SIZE", str(size))
        student.step(scene)
        seeds.append(codec.generator().initial_seed())
    assert seeds == [5, 5, 10, 10, 11, 11]


def test_a_request_to_end_reaches_every_process(tmp_path):
    program = f"""
import pathlib, signal, sys, time
from egomodel import team
if team.size() == 1:
    sys.exit(team.launch(2))
def end(*_):
    pathlib.Path("{tmp_path}", f"ended-{{team.rank()}}").touch()
    sys.exit()
signal.signal(signal.SIGTERM, end)
pathlib.Path("{tmp_path}", f"began-{{team.rank()}}").touch()
time.sleep(60)
"""
    launched = subprocess.Popen([sys.executable, "-c", program], cwd=HERE.parent)
    while len(list(tmp_path.glob("began-*"))) < 2:
        assert launched.poll() is None
        time.sleep(0.1)
    launched.terminate()
    assert launched.wait(30) == 0 and len(list(tmp_path.glob("ended-*"))) == 2


def test_alone_nothing_changes():
    value, parameter = torch.ones(2), torch.nn.Parameter(torch.ones(2))
    parameter.grad = torch.full((2,), 3.0)
    team.mean_gradients([parameter])
    assert team.mean(value) is value and parameter.grad.tolist() == [3.0, 3.0]
    assert (team.rank(), team.size(), team.first_says(2.5, False)) == (0, 1, (2.5, False))
