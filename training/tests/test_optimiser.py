"""Muon in full precision against PyTorch's own."""

import pytest
import torch

from egomodel.muon import FullPrecisionMuon


@pytest.mark.parametrize("shape", [(24, 40), (40, 24), (32, 32)])
def test_muon_in_full_precision_steps_like_pytorchs(shape):
    torch.manual_seed(3)
    begin, gradients = torch.randn(shape), torch.randn(6, *shape)
    found = []
    for kind in (FullPrecisionMuon, torch.optim.Muon):
        matrix = torch.nn.Parameter(begin.clone())
        optimiser = kind([matrix], lr=0.02, weight_decay=0.1, adjust_lr_fn="match_rms_adamw")
        for index, gradient in enumerate(gradients):
            if index == 3:  # a run that goes on
                state, optimiser = optimiser.state_dict(), kind([matrix], lr=0.5, adjust_lr_fn="match_rms_adamw")
                optimiser.load_state_dict(state)
            matrix.grad = gradient.clone()
            optimiser.step()
        found.append(matrix.detach() - begin)
    # bfloat16 has eight bits, and the steps of the iteration enlarge what they lose.
    assert (found[0] - found[1]).norm() < 0.03 * found[1].norm()


def test_muon_leaves_alone_what_has_no_gradient():
    matrix = torch.nn.Parameter(torch.ones(4, 4))
    FullPrecisionMuon([matrix], lr=0.1).step()
    assert torch.equal(matrix, torch.ones(4, 4))
