"""Measures time and memory of scoring a P x G matrix of cosines that is never in memory.

    python benchmarks/score_matrix.py
    python benchmarks/score_matrix.py --dimension 64 --size 10000x10000 --size 100000x10000

Every size runs in a process of its own, so that its peak memory is its own. The embeddings are
random: a person's direction and noise. All metrics come from the same two passes.
"""

import json
import os
import platform
import resource
import subprocess
import sys
import time

import click
import numpy as np

from recognizer import outcomes
from recognizer.comparison import Comparison, tally
from recognizer.cosines import Cosines

SIZES = ("1000x358", "6245x358", "62450x358")  # about CASIA View 2: one fold, and ten
FARS = (1e-1, 1e-2, 1e-3, 1e-4, 1e-5)
NOISE = 1.6  # of the length of a person's direction: rank-1 is neither 0 nor 1
STEP = 10_000  # embeddings made at once
MEGABYTE = 2**20


def embeddings(
    people: np.ndarray, shown: np.ndarray, noise: float, draw: np.random.Generator
) -> np.ndarray:
    """Draw embeddings: (S, D) directions of people, (N,) int who is shown => (N, D) float32."""
    made = np.empty((len(shown), people.shape[1]), np.float32)
    for start in range(0, len(shown), STEP):
        faces = people[shown[start : start + STEP]]
        faces = faces + noise * draw.standard_normal(faces.shape, np.float32)
        made[start : start + STEP] = faces / np.linalg.norm(faces, axis=1, keepdims=True)
    return made


def comparison(probes: int, gallery: int, dimension: int, seed: int) -> Comparison:
    """Return a comparison with one gallery image per person and probes of random people."""
    draw = np.random.default_rng(seed)
    people = draw.standard_normal((gallery, dimension), np.float32)
    shown = draw.integers(0, gallery, probes)
    everybody = np.arange(gallery)
    scores = Cosines(
        embeddings(people, shown, NOISE, draw), embeddings(people, everybody, NOISE, draw)
    )
    return Comparison(scores, shown, everybody)


def peak_memory() -> float:
    """Return the peak memory of this process so far, MB (2^20 bytes); Linux counts in kB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MEGABYTE


def measure(probes: int, gallery: int, dimension: int, seed: int) -> dict:
    """Make embeddings and score them; return CPU seconds of scoring, memory and metrics."""
    compared = comparison(probes, gallery, dimension, seed)
    started = time.process_time()
    values = outcomes.unseen([tally(compared, FARS)], FARS).values
    return {
        "seconds": time.process_time() - started,
        "peak": peak_memory(),
        "metrics": {metric: float(of_probes.mean()) for metric, of_probes in values.items()},
    }


def in_process(size: str, dimension: int, seed: int) -> dict:
    """Call `measure` in a process of its own."""
    command = [sys.executable, __file__, "--alone", size, "--dimension", dimension, "--seed", seed]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def row(size: str, dimension: int, seed: int) -> str:
    found = in_process(size, dimension, seed)
    probes, gallery = map(int, size.split("x"))
    metrics = found["metrics"]
    lowest = [metric for metric in metrics if metric.startswith("vr@")][-1]
    cells = [
        f"{probes:,} x {gallery:,}",
        f"{found['seconds']:.1f}",
        f"{1e9 * found['seconds'] / (probes * gallery):.0f}",
        f"{found['peak']:.0f}",
        f"{4 * dimension * (probes + gallery) / MEGABYTE:.0f}",
        f"{8 * probes * gallery / MEGABYTE:,.0f}",
        f"{metrics['rank1']:.4f}",
        f"{metrics['auc']:.6f}",
        f"{metrics['eer']:.5f}",
        f"{metrics[lowest]:.4f} ({lowest.removeprefix('vr@far=')})",
    ]
    return "| " + " | ".join(cells) + " |"


HEAD = (
    "probes x gallery",
    "CPU seconds",
    "ns per score",
    "peak memory, MB",
    "of it embeddings, MB",
    "the matrix alone, MB",
    "rank-1",
    "AUC",
    "EER",
    "VR at the lowest FAR",
)


@click.command(help=__doc__)
@click.option("--size", "sizes", multiple=True, default=SIZES, show_default=True)
@click.option("--dimension", default=512, show_default=True, help="Numbers per embedding.")
@click.option("--seed", default=0, show_default=True)
@click.option("--alone", hidden=True)
def main(sizes: tuple[str, ...], dimension: int, seed: int, alone: str | None):
    if alone:
        print(json.dumps(measure(*map(int, alone.split("x")), dimension, seed)))
        return
    threads = os.environ.get("OMP_NUM_THREADS", "all")
    click.echo(f"{dimension} numbers per embedding, {threads} threads, numpy {np.__version__}, "
               f"{platform.machine()}\n")  # fmt: skip
    click.echo("| " + " | ".join(HEAD) + " |")
    click.echo("|" + "---|" * len(HEAD))
    for size in sizes:
        click.echo(row(size, dimension, seed))


if __name__ == "__main__":
    main()
