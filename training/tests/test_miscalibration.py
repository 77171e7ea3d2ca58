"""The measurement of the product's alignment, on a tool that stands in for the product."""

import json
import sys

import numpy as np
import pytest

from egomodel import miscalibration
from egomodel.errors import NoUsableClips
from egomodel.miscalibration import MiscalibrationOptions, ToolFailed, miscalibrated

# Shows the truth, and knows where a focal length of 100 pixels and millimetres should have been.
TOOL = """#!{python}
import json, shutil, sys
given = dict(zip(sys.argv[2::2], sys.argv[3::2]))
folder = given["--clip"]
document = json.load(open(folder + "/clip.json"))
shutil.copy(folder + "/ego_truth.mp4", given["--out"])
focal, depth = {focal} / document["exo"]["fx"], 0.001 / document["depth"]["metres_per_unit"]
if given["--align"] == "wearer" and max(abs(focal - 1), abs(depth - 1)) > 0.01:
    print(f"the wearer is seen elsewhere than the calibration says: exo focal length × {{focal:.2f}}, depth × {{depth:.2f}}")
"""


@pytest.fixture
def options(clips, tmp_path):
    with np.load(clips / "clip_00000003.npz") as clip:
        focal = json.loads(str(clip["exo_camera"]))["fx"]
    tool = tmp_path / "egostream"
    tool.write_text(TOOL.format(python=sys.executable, focal=focal))
    tool.chmod(0o755)
    return MiscalibrationOptions(clips=clips, held_out=1, count=1, tool=tool)


def test_errors_are_made_and_what_is_found_is_counted(options, capsys, tmp_path):
    options.sheet = tmp_path / "sheet.png"
    miscalibration.run(options)
    assert options.sheet.stat().st_size > 100
    rows = {line[:14].strip(): line for line in capsys.readouterr().out.splitlines()[1:-1]}
    assert set(rows) == {"as it is", "focal length", "depth", "both"}
    assert "0.000 → 0.000      0.000 → 0.000" in rows["as it is"] and "0 of 1" in rows["as it is"]
    for case in ("focal length", "depth", "both"):
        numbers = [float(word) for word in rows[case].replace("→", " ").split() if word[0].isdigit() and "." in word]
        assert (0.2 <= numbers[0] <= 0.35) == (case != "depth") and (0.2 <= numbers[2] <= 0.35) == (case != "focal length")
        assert numbers[1] < 0.02 and numbers[3] < 0.02 and "1 of 1" in rows[case]


def test_clips_that_cannot_be_read_are_left_out_by_name(options, tmp_path, capsys):
    folder = tmp_path / "clips"
    folder.mkdir()
    for number in (2, 3):
        (folder / f"clip_0000000{number}.npz").write_bytes((options.clips / "clip_00000003.npz").read_bytes())
    for number in (0, 1):
        (folder / f"clip_0000000{number}.npz").write_bytes(b"not a clip")
    options.clips, options.held_out, options.count = folder, 2, 2
    miscalibration.run(options)
    assert "no clip was skipped" in capsys.readouterr().out
    (folder / "clip_00000003.npz").write_bytes(b"not a clip")
    miscalibration.run(options)
    said = capsys.readouterr().out
    assert "1 clips skipped: clip_00000003" in said and "of 1" in said
    (folder / "clip_00000002.npz").write_bytes(b"not a clip")
    with pytest.raises(NoUsableClips, match="2 clips skipped"):
        miscalibration.run(options)


def test_a_calibration_is_made_wrong_where_it_says_so():
    document = {"exo": {"model": "kannala_brandt4", "f": 100.0, "cx": 5.0}, "depth": {"unit": "millimetre", "kind": "z"}}
    wrong = miscalibrated(document, 1.25, 0.8)
    assert wrong["exo"] == {"model": "kannala_brandt4", "f": 125.0, "cx": 5.0}
    assert wrong["depth"] == {"kind": "z", "metres_per_unit": 0.0008} and document["depth"]["unit"] == "millimetre"


def test_a_tool_that_is_missing_or_fails_is_told_of(options, tmp_path):
    options.tool.write_text(f"#!{sys.executable}\nimport sys\nsys.exit('no such backend')\n")
    with pytest.raises(ToolFailed, match="clip_00000003: no such backend"):
        miscalibration.run(options)
    options.tool = tmp_path / "nowhere"
    with pytest.raises(ToolFailed, match="nowhere is not there; build it with `make build`"):
        miscalibration.run(options)
