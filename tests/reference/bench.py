"""Times PyTorch at its best setting (float32, RoPE): training steps with AdamW or Muon, and evaluation; prints JSON.

    python3 tests/reference/bench.py [--sizes tiny,small,base] [--optimizers adamw,muon] [--lengths 128,512,2048,8192] [--repeats 7]

The interpreter that runs this decides which PyTorch. From 2.0 on the settings are attention by its definition or by
scaled_dot_product_attention, eager or compiled; AdamW is fused from 2.4 on. A setting that does not run here is left out and said. Before, they are PyTorch's and OpenBLAS's threads
(torch.set_num_threads does not reach Debian's OpenBLAS, so those are set apart) and OpenBLAS's kernels.

Every setting runs in a process of its own, because OpenBLAS and the allocator read theirs from the environment at the start.
glibc gives memory back to the system after every step unless told not to, which costs PyTorch a tenth.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

import torch

from fast_rope import FastRope
from training import Schedule, optimizer, train_step
from transformer import Transformer, random_parameters

SIZES = {  # width, heads, layers, length, batch
    "tiny": (64, 4, 2, 64, 32),
    "small": (128, 4, 4, 128, 32),
    "base": (256, 8, 6, 256, 16),
}
SECTION = {"type": "rope", "layout": "half_split"}
VERSION = tuple(int(n) for n in torch.__version__.split("+")[0].split(".")[:2])
IS_NEW = VERSION >= (2, 0)  # has SDPA and torch.compile
HAS_FUSED_ADAMW = VERSION >= (2, 4)  # on a CPU
KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": "4000000000", "MALLOC_TRIM_THRESHOLD_": "8000000000",
               "MALLOC_TOP_PAD_": "268435456"}


def settings():
    """What is tried, each as (words that name it, is compiled, is fused, environment)."""
    threads = os.cpu_count()
    if IS_NEW:
        return [(f"{'SDPA' if fused else 'plain'}, {'compiled' if is_compiled else 'eager'}", is_compiled, fused, {})
                for fused in (False, True) for is_compiled in (False, True)]
    with open("/proc/cpuinfo") as info:
        core_types = ["Haswell", "SkylakeX"] if "avx512f" in info.read() else ["Haswell"]
    return [(f"{core}, {own} + {blas} OpenBLAS threads", False, False,
             {"OPENBLAS_CORETYPE": core, "OPENBLAS_NUM_THREADS": str(blas), "OMP_NUM_THREADS": str(own)})
            for core in core_types for own in sorted({1, threads}) for blas in sorted({1, threads})]


def useful_flops(width, layers, length, batch):
    """Of one step: 6 for every weight and token, and the causal half of attention."""
    per_token = 6 * (12 * width**2 * layers + 256 * width) + 6 * width * length * layers
    return per_token * batch * length


def make_model(size, length, fused, requires_grad):
    width, heads, layers, _, _ = SIZES[size]
    arrays = random_parameters(width, heads, layers, 4 * width, SECTION)
    parameters = {n: torch.tensor(a, dtype=torch.float32, requires_grad=requires_grad) for n, a in arrays.items()}
    model = Transformer(parameters, heads, SECTION, FastRope(length, width // heads, fused=fused))
    tokens = torch.randint(0, 256, (2, length + 1), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():  # what is timed is what the reference defines
        plain = Transformer(parameters, heads, SECTION).loss(tokens).item()
        if abs(model.loss(tokens).item() / plain - 1) > 1e-5:
            raise RuntimeError("the quick attention differs from the reference")
    return model


def random_tokens(batch, length):
    return torch.randint(0, 256, (batch, length + 1), generator=torch.Generator().manual_seed(1))


def time_steps(size, kind, is_compiled, fused, repeats):
    """Milliseconds of every step after three that warm up (and compile)."""
    _, _, _, length, batch = SIZES[size]
    model = make_model(size, length, fused, True)
    schedule = Schedule(steps=1000, optimizer=kind)
    steps = optimizer(model.parameters, schedule, fused=HAS_FUSED_ADAMW)
    if is_compiled:
        model.loss = torch.compile(model.loss)
    tokens, times = random_tokens(batch, length), []
    for step in range(repeats + 3):
        start = time.perf_counter()
        train_step(model, steps, schedule, step, tokens)
        times.append(1e3 * (time.perf_counter() - start))
    return times[3:]


def time_evaluation(length, is_compiled, fused, repeats):
    """Milliseconds a window of small, of the better of two numbers of windows at once."""
    model = make_model("small", length, fused, False)
    best = []
    for batch in sorted({1, max(1, 4096 // length)}):
        loss = torch.compile(model.loss) if is_compiled else model.loss
        tokens, times = random_tokens(batch, length), []
        with torch.inference_mode():
            for _ in range(repeats + 2):
                start = time.perf_counter()
                loss(tokens, "none")
                times.append(1e3 * (time.perf_counter() - start) / batch)
        best = min(best or times[2:], times[2:], key=statistics.median)
    return best


def best_setting(what, repeats):
    """The quickest of the settings at one thing to measure, each in a process of its own."""
    found = []
    for name, is_compiled, fused, environment in settings():
        command = [sys.executable, __file__, "--one", json.dumps([*what, is_compiled, fused]), "--repeats", str(repeats)]
        run = subprocess.run(command, env={**os.environ, **KEEP_MEMORY, **environment}, capture_output=True, text=True)
        if run.returncode != 0:
            print(f"{' '.join(map(str, what))}, {name}: left out, {(run.stderr.strip().splitlines() or ['killed'])[-1]}", file=sys.stderr)
            continue
        times = json.loads(run.stdout.splitlines()[-1])
        found.append({"setting": name, "milliseconds": statistics.median(times), "least": min(times), "most": max(times)})
        print(f"{' '.join(map(str, what))}, {name}: {found[-1]['milliseconds']:.1f} ms", file=sys.stderr)
    if not found:
        raise SystemExit("no setting of PyTorch runs here")
    return min(found, key=lambda r: r["milliseconds"])


def main():
    parser = argparse.ArgumentParser(description="Times PyTorch at its best setting; prints JSON.")
    parser.add_argument("--sizes", default=",".join(SIZES), help="of tiny, small, base")
    parser.add_argument("--optimizers", default="adamw", help="of adamw, muon")
    parser.add_argument("--lengths", default="", help="of windows that small evaluates")
    parser.add_argument("--repeats", type=int, default=7, help="timed steps per setting; the median counts")
    parser.add_argument("--one", help=argparse.SUPPRESS)  # one setting, in this process
    arguments = parser.parse_args()
    if arguments.one:
        kind, *what = json.loads(arguments.one)
        timed = {"step": time_steps, "evaluation": time_evaluation}[kind](*what, arguments.repeats)
        print(json.dumps(timed))
        return 0
    sizes = arguments.sizes.split(",")
    if unknown := set(sizes) - SIZES.keys():
        parser.error(f"no size {', '.join(sorted(unknown))}; there are {', '.join(SIZES)}")
    steps, evaluation = [], []
    for size in sizes:
        width, _, layers, length, batch = SIZES[size]
        for kind in filter(None, arguments.optimizers.split(",")):
            best = best_setting(["step", size, kind], arguments.repeats)
            gflops = useful_flops(width, layers, length, batch) / best["milliseconds"] / 1e6
            steps.append({"size": size, "optimizer": kind, **best, "useful_gflops": gflops})
    for length in [int(n) for n in arguments.lengths.split(",") if n]:
        best = best_setting(["evaluation", length], min(3, arguments.repeats))
        evaluation.append({"length": length, **best, "tokens_per_second": 1e3 * length / best["milliseconds"]})
    print(json.dumps({"program": f"PyTorch {torch.__version__}", "steps": steps, "evaluation": evaluation}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
