"""Times PyTorch's training step (forward, backward, clip, AdamW; float32, RoPE) at its best setting; prints JSON.

    python3 tests/reference/bench.py [--sizes tiny,small,base] [--repeats 7]

Every setting runs in a process of its own, because OpenBLAS and the allocator read theirs from the environment at the start.
torch.set_num_threads does not reach Debian's OpenBLAS, so its threads are set apart: two for PyTorch with one for OpenBLAS is
often the quickest. glibc gives memory back to the system after every step unless told not to, which costs PyTorch a tenth.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

SIZES = {  # width, heads, layers, length, batch
    "tiny": (64, 4, 2, 64, 32),
    "small": (128, 4, 4, 128, 32),
    "base": (256, 8, 6, 256, 16),
}
THREADS = [(1, 1), (2, 1), (1, 2), (2, 2)]  # PyTorch's, OpenBLAS's
CORE_TYPES = ["Haswell", "SkylakeX"]
KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": "4000000000", "MALLOC_TRIM_THRESHOLD_": "8000000000",
               "MALLOC_TOP_PAD_": "268435456"}


def useful_flops(width, layers, length, batch):
    """Of one step: 6 for every weight and token, and the causal half of attention."""
    per_token = 6 * (12 * width**2 * layers + 256 * width) + 6 * width * length * layers
    return per_token * batch * length


def measure(size, torch_threads, repeats):
    """Milliseconds of every step after two that warm up."""
    import torch

    from fast_rope import FastRope
    from training import Schedule, optimizer, train_step
    from transformer import Transformer, random_parameters

    torch.set_num_threads(torch_threads)
    width, heads, layers, length, batch = SIZES[size]
    section = {"type": "rope", "layout": "half_split"}
    arrays = random_parameters(width, heads, layers, 4 * width, section)
    parameters = {n: torch.tensor(a, dtype=torch.float32, requires_grad=True) for n, a in arrays.items()}
    model = Transformer(parameters, heads, section, FastRope(length, width // heads))
    schedule = Schedule(steps=1000)
    adamw = optimizer(parameters, schedule)
    tokens = torch.randint(0, 256, (batch, length + 1), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():  # what is timed is what the reference defines
        plain = Transformer(parameters, heads, section).loss(tokens[:2]).item()
        if abs(model.loss(tokens[:2]).item() / plain - 1) > 1e-5:
            raise RuntimeError("the quick attention differs from the reference")
    times = []
    for step in range(repeats + 2):
        start = time.perf_counter()
        train_step(model, adamw, schedule, step, tokens)
        times.append(1e3 * (time.perf_counter() - start))
    return times[2:]


def run_setting(size, torch_threads, blas_threads, core_type, repeats):
    environment = {**os.environ, **KEEP_MEMORY, "OPENBLAS_CORETYPE": core_type,
                   "OPENBLAS_NUM_THREADS": str(blas_threads), "OMP_NUM_THREADS": str(torch_threads)}
    command = [sys.executable, __file__, "--one", size, str(torch_threads), "--repeats", str(repeats)]
    times = json.loads(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout)
    width, _, layers, length, batch = SIZES[size]
    median = statistics.median(times)
    return {"size": size, "core_type": core_type, "torch_threads": torch_threads, "blas_threads": blas_threads,
            "milliseconds": median, "fastest_milliseconds": min(times), "repeats": len(times),
            "tokens_per_second": batch * length / median * 1e3,
            "useful_gflops": useful_flops(width, layers, length, batch) / median / 1e6}


def core_types():
    """SkylakeX's kernels need AVX-512."""
    with open("/proc/cpuinfo") as info:
        return CORE_TYPES if "avx512f" in info.read() else CORE_TYPES[:1]


def main():
    parser = argparse.ArgumentParser(description="Times PyTorch's training step at its best setting; prints JSON.")
    parser.add_argument("--sizes", default=",".join(SIZES), help="of tiny, small, base")
    parser.add_argument("--repeats", type=int, default=7, help="timed steps per setting; the median counts")
    parser.add_argument("--one", nargs=2, metavar=("SIZE", "THREADS"), help="time one setting in this process")
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(arguments.one[0], int(arguments.one[1]), arguments.repeats)))
        return 0
    sizes = arguments.sizes.split(",")
    if unknown := set(sizes) - SIZES.keys():
        parser.error(f"no size {', '.join(sorted(unknown))}; there are {', '.join(SIZES)}")
    results = []
    for size in sizes:
        for core_type in core_types():
            for threads in THREADS:
                results.append(run_setting(size, *threads, core_type, arguments.repeats))
                print(f"{size} {core_type} torch {threads[0]} blas {threads[1]}: "
                      f"{results[-1]['milliseconds']:.1f} ms", file=sys.stderr)

    def best(size, most_threads):
        fitting = [r for r in results if r["size"] == size and max(r["torch_threads"], r["blas_threads"]) <= most_threads]
        return min(fitting, key=lambda r: r["milliseconds"])

    print(json.dumps({"program": "PyTorch", "best": {size: best(size, 2) for size in sizes},
                      "best_one_thread": {size: best(size, 1) for size in sizes}, "settings": results}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
