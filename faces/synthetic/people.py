"""Many rendered people at once, by several processes, into packed folders.

    out/VIS        shots 0, 1, ...            out/NIR-true   the noisy NIR of the VIS shots
    out/NIR        shots 500, 501, ...        out/NIR-clean  the noise-free NIR of the VIS shots

Every image follows from its own numbers, so workers and interruptions cannot change a byte. A
finished subject leaves a marker in out/done; the same call again goes on with the others.
"""

import json
import multiprocessing
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from faces import packed
from faces.errors import StageError, UsageError
from faces.files import sync, write_text
from faces.progress import Progress, silent
from faces.synthetic.difficulty import STANDARD, Difficulty
from faces.synthetic.person import make_person
from faces.synthetic.renderer import check_request, develop, expose_view, light_view, view_person

FIRST_NIR_SHOT = 500
CHANNELS = {"VIS": 3, "NIR": 1, "NIR-true": 1, "NIR-clean": 1}
POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Request:
    """What to render; `subjects` in the order of the rows."""

    subjects: tuple[int, ...]
    vis_per_subject: int
    nir_per_subject: int
    pairs: bool
    side_px: int
    seed: int
    difficulty: Difficulty

    @property
    def images(self) -> int:
        """How many images in all."""
        per_subject = self.vis_per_subject * (3 if self.pairs else 1) + self.nir_per_subject
        return len(self.subjects) * per_subject

    def shots(self, folder: str) -> range:
        """The shot numbers of each subject in a folder such as "NIR-true"."""
        if folder == "NIR":
            return range(FIRST_NIR_SHOT, FIRST_NIR_SHOT + self.nir_per_subject)
        return range(self.vis_per_subject)

    @property
    def folders(self) -> list[str]:
        """The packed folders that are written."""
        return list(CHANNELS) if self.pairs else ["VIS", "NIR"]


def render_people(
    out: Path,
    subjects: Sequence[int],
    vis_per_subject: int,
    nir_per_subject: int,
    pairs: bool,
    side_px: int,
    seed: int = 0,
    difficulty: Difficulty = STANDARD,
    workers: int = 1,
    progress: Progress = silent,
) -> None:
    """Renders people into packed folders below `out`, one row per image, subject by subject.

    subjects: distinct numbers from 0. pairs: also write NIR-true and NIR-clean, whose rows are
    parallel to VIS. workers: processes; 1 renders in this one. progress receives images done and
    in all. Raises UsageError where a number is impossible or `out` holds another request, and
    StageError where a worker process dies; what was finished is kept.
    """
    request = Request(
        tuple(subjects), vis_per_subject, nir_per_subject, pairs, side_px, seed, difficulty
    )
    _check(request, workers)
    if _prepare(out, request):
        progress(request.images, request.images, {})
        return
    todo = [k for k, subject in enumerate(request.subjects) if not _marker(out, subject).exists()]
    before = (len(request.subjects) - len(todo)) * (request.images // len(request.subjects))

    def tell(finished: int) -> None:
        progress(before + finished, request.images, {})

    if workers == 1 or len(todo) <= 1:
        _render_here(out, request, todo, tell)
    else:
        _render_by_workers(out, request, todo, min(workers, len(todo)), tell)
    for folder in request.folders:
        sync(out / folder / "images.npy")
    shutil.rmtree(out / "done")


def _check(request: Request, workers: int) -> None:
    if not request.subjects or len(set(request.subjects)) != len(request.subjects):
        raise UsageError("subjects: give at least one, and each once")
    if workers < 1:
        raise UsageError(f"workers is {workers}; give at least 1")
    for name in ("vis_per_subject", "nir_per_subject"):
        if not 0 <= getattr(request, name) <= FIRST_NIR_SHOT:
            raise UsageError(f"{name} is {getattr(request, name)}; choose 0 to {FIRST_NIR_SHOT}")
    for subject in request.subjects:
        check_request(subject, 0, "VIS", request.side_px, request.seed)


def _marker(out: Path, subject: int) -> Path:
    return out / "done" / f"{subject:05d}"


def _prepare(out: Path, request: Request) -> bool:
    """Makes the folders unless an earlier call did; True if that call also finished."""
    text = json.dumps(asdict(request), indent=1)
    record = out / "request.json"
    if record.exists():
        if record.read_text(encoding="utf-8") != text:
            raise UsageError(f"{out} holds other rendered people; delete it or choose another")
        return not (out / "done").exists()
    shutil.rmtree(out / "done", ignore_errors=True)
    (out / "done").mkdir(parents=True)
    for folder in request.folders:
        index = _index(request, folder)
        packed.create(out / folder, index, request.side_px, CHANNELS[folder])
    write_text(record, text)
    return False


def _index(request: Request, folder: str) -> pd.DataFrame:
    shots = request.shots(folder)
    return pd.DataFrame(
        {
            "subject": [f"{subject:05d}" for subject in request.subjects for _ in shots],
            "spectrum": folder[:3],
            "shot": list(shots) * len(request.subjects),
        }
    )


def _open(out: Path, request: Request) -> dict[str, np.ndarray]:
    return {folder: packed.open_for_writing(out / folder) for folder in request.folders}


def _render_subject(
    out: Path, arrays: dict[str, np.ndarray], request: Request, k: int
) -> Iterator[int]:
    """Renders the k-th subject's rows, yielding how many images each step made, then its marker."""
    subject, strength = request.subjects[k], request.difficulty.identity_strength
    person = make_person(request.seed, subject, request.side_px, strength)
    for place, shot in enumerate(request.shots("VIS")):
        row = k * request.vis_per_subject + place
        view = view_person(person, shot, request.side_px, request.difficulty)
        arrays["VIS"][row] = develop(view, "VIS")
        if request.pairs:
            light = light_view(view, "NIR")
            arrays["NIR-true"][row] = expose_view(view, light, "NIR")
            arrays["NIR-clean"][row] = expose_view(view, light, "NIR-clean")
        yield 3 if request.pairs else 1
    for place, shot in enumerate(request.shots("NIR")):
        view = view_person(person, shot, request.side_px, request.difficulty)
        arrays["NIR"][k * request.nir_per_subject + place] = develop(view, "NIR")
        yield 1
    _marker(out, subject).touch()


def _render_here(out: Path, request: Request, todo: list[int], tell: Callable[[int], None]) -> None:
    arrays, finished = _open(out, request), 0
    for k in todo:
        for images in _render_subject(out, arrays, request, k):
            finished += images
            tell(finished)


def _render_by_workers(
    out: Path, request: Request, todo: list[int], workers: int, tell: Callable[[int], None]
) -> None:
    context = multiprocessing.get_context("spawn")
    taken, finished = context.Value("i", 0), context.Value("i", 0)
    arguments = (out, request, todo, taken, finished, os.getpid())
    processes = [context.Process(target=_work, args=arguments, daemon=True) for _ in range(workers)]
    try:
        for process in processes:
            process.start()
        while any(process.is_alive() for process in processes):
            time.sleep(POLL_SECONDS)
            tell(finished.value)
            _check_alive(processes)
        _check_alive(processes)
        tell(finished.value)
    finally:
        for process in processes:
            if process.pid is not None:
                process.terminate()
                process.join()


def _check_alive(processes: list) -> None:
    codes = [process.exitcode for process in processes if process.exitcode]
    if codes:
        raise StageError(f"a rendering process ended with {codes[0]}; run the same command again")


def _work(out: Path, request: Request, todo: list[int], taken, finished, parent: int) -> None:
    """One process: takes subject after subject, until none is left or the parent has gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent gets it too, and ends us
    arrays = _open(out, request)
    while True:
        with taken.get_lock():
            turn = taken.value
            taken.value += 1
        if turn >= len(todo):
            return
        for images in _render_subject(out, arrays, request, todo[turn]):
            if os.getppid() != parent:
                return
            with finished.get_lock():
                finished.value += images
