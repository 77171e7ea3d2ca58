"""Half precision where the device multiplies in it."""

import torch


def half_precision(device):
    """A context in which layers compute in bfloat16, on a GPU and on a processor that has instructions for it.

    On any other processor it does nothing: PyTorch would multiply bfloat16 there one number at a time, tens of times slower than float32.
    """
    kind = torch.device(device).type
    return torch.autocast(kind, torch.bfloat16, enabled=kind != "cpu" or torch.ops.mkldnn._is_mkldnn_bf16_supported())
