"""Half precision where the device multiplies in it."""

import torch


def multiplies_halves(device):
    """Whether a device has instructions for bfloat16. On a processor without, PyTorch multiplies it one number at a time, tens of times
    slower than float32."""
    return torch.device(device).type != "cpu" or torch.ops.mkldnn._is_mkldnn_bf16_supported()


def half_precision(device):
    """A context in which layers compute in bfloat16 where the device multiplies in it; it does nothing elsewhere."""
    return torch.autocast(torch.device(device).type, torch.bfloat16, enabled=multiplies_halves(device))
