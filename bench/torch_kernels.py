"""Times PyTorch and egobench in turn on the shapes that have bars, and prints JSON.

    python3 -m venv .venv && .venv/bin/pip install torch
    .venv/bin/python bench/torch_kernels.py --egobench .build/release/egobench [--threads 2] [--rounds 6]
        [--precision bfloat16] [--cpu-time --threads 1]

Times are the best of many runs. The two take turns, so that other programs on the machine disturb both; with --cpu-time
only the time counts that the thread had a core. In bf16, PyTorch's tensors are bf16 and ours are rounded as they are read.
"""

import argparse
import json
import subprocess
import time

import torch
import torch.nn.functional as F


def best(body, seconds, clock):
    """The shortest run by `clock`, in milliseconds."""
    body()
    shortest = float("inf")
    begin = time.perf_counter()
    while time.perf_counter() - begin < seconds:
        start = clock()
        body()
        shortest = min(shortest, (clock() - start) * 1000)
    return shortest


def ours(arguments, operation, name):
    """The row of one case in egobench's report."""
    command = [arguments.egobench, "kernels", "--filter", f"{operation} {name}", "--json", "-"]
    command += ["--workers", str(arguments.threads), "--seconds", str(arguments.seconds)]
    command += ["--precision", arguments.precision] + (["--cpu-time"] if arguments.cpu_time else [])
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    row = next(row for row in report["rows"] if row["name"] == name)
    return row["milliseconds"], row.get("ratio_to_blas"), report["device"]


def cases(kind):
    """(operation, name as in the table, body), of tensors of that kind."""

    def random(*shape):
        return torch.randn(*shape).to(kind)

    for size in (256, 512, 1024, 2048):
        a, b = random(size, size), random(size, size)
        yield "matmul", f"{size}×{size}×{size}", lambda a=a, b=b: a @ b
    for channels, size in ((64, 64), (32, 256), (128, 64), (256, 32)):
        name = f"3×3 {channels}→{channels} at 1×{size}×{size}"
        x, w = random(1, channels, size, size), random(channels, channels, 3, 3)
        layouts = [(x, w)]
        layouts.append(tuple(t.contiguous(memory_format=torch.channels_last) for t in (x, w)))
        yield "convolution", name, [lambda x=x, w=w: F.conv2d(x, w, padding=1) for x, w in layouts]
    for queries, keys, heads, size in ((1024, 4096, 4, 64), (256, 1024, 12, 128)):
        q = random(1, heads, queries, size)
        k, v = random(1, heads, keys, size), random(1, heads, keys, size)
        yield "attention", f"{queries}×{keys}×{heads}×{size}", (
            lambda q=q, k=k, v=v: F.scaled_dot_product_attention(q, k, v)
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--egobench", default=".build/release/egobench")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=0.3, help="of each round, for each of the two")
    parser.add_argument("--precision", default="float32", choices=["float32", "bfloat16"])
    parser.add_argument("--cpu-time", action="store_true", help="with --threads 1")
    parser.add_argument("--filter", default="", help="only cases whose name contains this")
    arguments = parser.parse_args()
    if arguments.cpu_time and arguments.threads != 1:
        parser.error("--cpu-time: expected --threads 1 with it")
    torch.set_num_threads(arguments.threads)
    clock = time.thread_time if arguments.cpu_time else time.perf_counter

    rows = []
    device = ""
    with torch.inference_mode():
        for operation, name, bodies in cases(getattr(torch, arguments.precision)):
            if arguments.filter not in f"{operation} {name}":
                continue
            # Of two memory layouts, the faster is PyTorch's time.
            bodies = bodies if isinstance(bodies, list) else [bodies]
            torch_best, our_best, blas = float("inf"), float("inf"), []
            for _ in range(arguments.rounds):
                share = arguments.seconds / len(bodies)
                torch_best = min([torch_best] + [best(body, share, clock) for body in bodies])
                mine, ratio, device = ours(arguments, operation, name)
                our_best = min(our_best, mine)
                blas += [ratio] if ratio is not None else []
            row = {"operation": operation, "name": name, "ours_ms": round(our_best, 3)}
            row |= {"torch_ms": round(torch_best, 3), "torch_over_ours": round(torch_best / our_best, 3)}
            if blas:
                row["sgemm_over_ours"] = sorted(blas)[len(blas) // 2]
            rows.append(row)
    report = {"torch": torch.__version__, "threads": arguments.threads, "precision": arguments.precision}
    report |= {"clock": "thread" if arguments.cpu_time else "wall", "egobench": device, "rows": rows}
    print(json.dumps(report, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
