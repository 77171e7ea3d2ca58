"""Two processes that train a toy teacher, two steps at once and one by one; the first writes what came of it. See test_team.py."""

import json
import shutil
import sys
from pathlib import Path

import torch
import torch.distributed as dist
from egomodel import loop, team, train_teacher
from toys import stopped


def weights(folder, ends):
    """This process's own weights after runs that end at the steps `ends`."""
    kept, save = {}, loop.Loop.save

    def keep(self):
        kept.update({name: value.clone() for name, value in self.state["network"].state_dict().items()})
        save(self)

    loop.Loop.save = keep
    for end in ends:
        stopped(train_teacher, train_teacher.TeacherOptions(run=folder, minutes=0.0, steps=2, threads=1), end)
        dist.barrier()  # the next run reads what the first process has written
    loop.Loop.save = save
    return kept


def main(run, out):
    torch.set_num_threads(1)
    team.join()
    results = {}
    for name, ends in (("whole", [2]), ("halves", [1, 2])):
        folder = out / name
        if team.rank() == 0:
            folder.mkdir()
            shutil.copy(run / "config.json", folder)
            (folder / "latents").symlink_to(run / "latents")
        dist.barrier()
        results[name] = weights(folder, ends)
    everybody = [None] * team.size()
    dist.all_gather_object(everybody, results)
    same = lambda one, other: all(torch.equal(one[key], other[key]) for key in one)
    if team.rank() == 0:
        (out / "result.json").write_text(json.dumps({
            "processes": len(everybody), "agree": all(same(everybody[0]["whole"], other["whole"]) for other in everybody),
            "resumed": same(results["whole"], results["halves"])}))


if __name__ == "__main__":
    if team.size() == 1:
        sys.exit(team.launch(2))
    main(*map(Path, sys.argv[1:]))
