"""Several processes that train one network (`--processes`): each on batches of its own, with the mean of everybody's gradients.

On a processor, two of one thread each beat one of two threads, which wait for each other at every layer. Alone, nothing here
does anything.
"""

import os
import signal
import socket
import subprocess
import sys
from datetime import timedelta

import torch
import torch.distributed as dist

PATIENCE = timedelta(minutes=30)
"""How long a process waits for another one, which may be held up by a suspended machine."""


def launch(count):
    """Runs this very command in `count` processes that know of each other; returns the first exit status that is not 0."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    command = [sys.executable, *sys.orig_argv[1:]]
    shared = {**os.environ, "WORLD_SIZE": str(count), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    processes = [subprocess.Popen(command, env={**shared, "RANK": str(number)}) for number in range(count)]
    signal.signal(signal.SIGTERM, lambda number, _: [process.send_signal(number) for process in processes])
    while True:  # Ctrl-C reaches everybody by itself; the first process tells the others, and all end after the same step
        try:
            return next((status for status in [process.wait() for process in processes] if status), 0)
        except KeyboardInterrupt:
            continue


def join():
    """Meets the other processes, if `launch` started several; call before anything else here."""
    if size() > 1 and not dist.is_initialized():
        os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
        dist.init_process_group("gloo", timeout=PATIENCE)  # takes tensors of either device


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
