"""Between NumPy's pictures and PyTorch's."""

import numpy as np
import torch


def to_tensor(video):
    """float32 [T, H, W, 3] to [1, T, 3, H, W]."""
    return torch.from_numpy(np.ascontiguousarray(video)).permute(0, 3, 1, 2)[None]


def bytes_to_tensor(video):
    """uint8 [T, H, W, 3] to float32 [1, T, 3, H, W] in 0...1."""
    return to_tensor(video).float() / 255


def to_bytes(pictures):
    """[1, T, 3, H, W] in 0...1 to uint8 [T, H, W, 3]."""
    return (pictures[0].permute(0, 2, 3, 1).float().clamp(0, 1) * 255 + 0.5).byte().cpu().numpy()
