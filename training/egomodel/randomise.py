"""Random weights that make every part of a tiny network matter."""

import torch


@torch.no_grad()
def randomise(network, seed, gain=1.0):
    """Gives norms, biases and tables values of their own, and leaves the outputs at a useful size. Returns the network."""
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in sorted(network.named_parameters()):
        draw = torch.randn(parameter.shape, generator=generator)
        if parameter.ndim > 1 and "scale_shift_table" not in name:
            parameter.copy_(gain * draw / parameter[0].numel() ** 0.5)
        elif "scale_shift_table" in name:
            parameter.copy_(0.3 * draw)
        elif name.endswith("weight"):
            parameter.copy_(1 + 0.2 * draw)
        else:
            parameter.copy_(0.1 * draw)
    return network.eval()
