"""No progress bars among the tests' own output."""

import os

os.environ.setdefault("TQDM_DISABLE", "1")
import torch

torch.set_num_threads(1)
