"""Times PyTorch and egobench in turn on the shapes that have bars, and prints JSON.

    python3 -m venv .venv && .venv/bin/pip install torch
    .venv/bin/python bench/torch_kernels.py --egobench .build/release/egobench [--threads 2] [--rounds 6]

Times are the best of many runs, in fp32. The two take turns, so that other programs on the machine disturb both.
"""

import argparse
import json
import subprocess
import time

import torch
import torch.nn.functional as F


def best(body, seconds):
    """The shortest run, in milliseconds."""
    body()
    shortest = float("inf")
    begin = time.perf_counter()
    while time.perf_counter() - begin < seconds:
        start = time.perf_counter()
        body()
        shortest = min(shortest, (time.perf_counter() - start) * 1000)
    return shortest


def ours(egobench, operation, name, threads, seconds):
    """The row of one case in egobench's report."""
    command = [egobench, "kernels", "--filter", f"{operation} {name}", "--workers", str(threads), "--json", "-"]
    command += ["--seconds", str(seconds)]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    row = next(row for row in report["rows"] if row["name"] == name)
    return row["milliseconds"], row.get("ratio_to_blas"), report["device"]


def cases():
    """(operation, name as in the table, body)."""
    for size in (256, 512, 1024, 2048):
        a, b = torch.randn(size, size), torch.randn(size, size)
        yield "matmul", f"{size}×{size}×{size}", lambda a=a, b=b: a @ b
    for channels, size in ((64, 64), (32, 256), (128, 64), (256, 32)):
        name = f"3×3 {channels}→{channels} at 1×{size}×{size}"
        x, w = torch.randn(1, channels, size, size), torch.randn(channels, channels, 3, 3)
        layouts = [(x, w)]
        layouts.append(tuple(t.contiguous(memory_format=torch.channels_last) for t in (x, w)))
        yield "convolution", name, [lambda x=x, w=w: F.conv2d(x, w, padding=1) for x, w in layouts]
    for queries, keys, heads, size in ((1024, 4096, 4, 64), (256, 1024, 12, 128)):
        q = torch.randn(1, heads, queries, size)
        k, v = torch.randn(1, heads, keys, size), torch.randn(1, heads, keys, size)
        yield "attention", f"{queries}×{keys}×{heads}×{size}", (
            lambda q=q, k=k, v=v: F.scaled_dot_product_attention(q, k, v)
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--egobench", default=".build/release/egobench")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=0.3, help="of each round, for each of the two")
    parser.add_argument("--filter", default="", help="only cases whose name contains this")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)

    rows = []
    device = ""
    with torch.inference_mode():
        for operation, name, bodies in cases():
            if arguments.filter not in f"{operation} {name}":
                continue
            # Of two memory layouts, the faster is PyTorch's time.
            bodies = bodies if isinstance(bodies, list) else [bodies]
            torch_best, our_best, blas = float("inf"), float("inf"), []
            for _ in range(arguments.rounds):
                torch_best = min([torch_best] + [best(body, arguments.seconds / len(bodies)) for body in bodies])
                mine, ratio, device = ours(arguments.egobench, operation, name, arguments.threads, arguments.seconds)
                our_best = min(our_best, mine)
                blas += [ratio] if ratio is not None else []
            row = {"operation": operation, "name": name, "ours_ms": round(our_best, 3)}
            row |= {"torch_ms": round(torch_best, 3), "torch_over_ours": round(torch_best / our_best, 3)}
            if blas:
                row["sgemm_over_ours"] = sorted(blas)[len(blas) // 2]
            rows.append(row)
    report = {"torch": torch.__version__, "threads": arguments.threads, "egobench": device, "rows": rows}
    print(json.dumps(report, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
