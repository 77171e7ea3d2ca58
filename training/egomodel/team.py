"""Several processes that train one network: each on batches of its own, with the mean of everybody's gradients.

    python -m torch.distributed.run --standalone --nproc-per-node 2 -m egomodel.train_teacher --run RUN --threads 1

On a processor this beats one process with as many threads, which wait for each other at every layer. Alone, nothing here does
anything.
"""

import os
from datetime import timedelta

import torch
import torch.distributed as dist

PATIENCE = timedelta(minutes=30)
"""How long a process waits for another one, which may be held up by a suspended machine."""


def join():
    """Meets the other processes, if torch.distributed.run started several; call before anything else here."""
    if size() > 1 and not dist.is_initialized():
        os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
        dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo", timeout=PATIENCE)


def rank():
    return int(os.environ.get("RANK", 0))


def size():
    return int(os.environ.get("WORLD_SIZE", 1))


def mean(tensor):
    """The mean of everybody's `tensor`, in place; returns it."""
    if dist.is_initialized():
        dist.all_reduce(tensor)
        tensor /= size()
    return tensor


def mean_gradients(parameters):
    """Replaces gradients by the mean of everybody's. All processes hold the same parameters, with gradients or without."""
    if not dist.is_initialized():
        return
    gradients = [p.grad for p in parameters if p.grad is not None]
    together = mean(torch.cat([gradient.flatten() for gradient in gradients]))
    for gradient, part in zip(gradients, together.split([gradient.numel() for gradient in gradients])):
        gradient.copy_(part.view_as(gradient))


def first_says(*numbers):
    """The first process's numbers, for everybody."""
    if not dist.is_initialized():
        return numbers
    told = torch.tensor(numbers, dtype=torch.float64)
    dist.broadcast(told, 0)
    return tuple(told.tolist())
