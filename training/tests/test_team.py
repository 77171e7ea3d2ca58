"""Several processes on one network: they stay the same network, and a resumed run is the run that never stopped."""

import json
import os
import subprocess
import sys
from pathlib import Path

import torch

from egomodel import team, train_teacher

HERE = Path(__file__).parent


def test_two_processes_agree_and_go_on_bit_for_bit(run, tmp_path):
    command = [sys.executable, HERE / "team_worker.py", run, tmp_path]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": f"{HERE.parent}:{HERE}"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads((tmp_path / "result.json").read_text()) == {"processes": 2, "agree": True, "resumed": True}
    saved = torch.load(tmp_path / "whole" / "teacher.pt", weights_only=True)
    assert saved["step"] == 4
    lines = (tmp_path / "whole" / "teacher.jsonl").read_text().splitlines()
    assert len(lines) == 1, "only the first process logs"
    alone = train_teacher.TeacherOptions(run=tmp_path / "whole", minutes=0.0, steps=4, fresh=True)
    train_teacher.train(alone)
    one = torch.load(tmp_path / "whole" / "teacher.pt", weights_only=True)["state"]["network"]
    assert any(not torch.equal(one[key], saved["state"]["network"][key]) for key in one), "each process learns from batches of its own"


def test_alone_nothing_changes():
    value, parameter = torch.ones(2), torch.nn.Parameter(torch.ones(2))
    parameter.grad = torch.full((2,), 3.0)
    team.mean_gradients([parameter])
    assert team.mean(value) is value and parameter.grad.tolist() == [3.0, 3.0]
    assert (team.rank(), team.size(), team.first_says(2.5, False)) == (0, 1, (2.5, False))
