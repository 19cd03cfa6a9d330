"""Renders many people into packed folders, with several processes.

    out/VIS        shots 0, 1, ...            out/NIR-true   the noisy NIR of the VIS shots
    out/NIR        shots 500, 501, ...        out/NIR-clean  the noise-free NIR of the VIS shots

Every image follows from its own numbers, so workers and interruptions cannot change a byte. Each
finished subject has a marker in out/done; a repeated call renders the others.
"""

import json
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from faces import packed
from faces.common.disk_faults import require_readable
from faces.common.errors import StageError, UsageError
from faces.common.files import sync, write_text
from faces.common.parallel import process_pool
from faces.common.progress import Progress, silent
from faces.synthetic.difficulty import STANDARD, Difficulty
from faces.synthetic.person import make_person
from faces.synthetic.renderer import check_request, develop, expose_view, light_view, view_person

FIRST_NIR_SHOT = 500
CHANNELS = {"VIS": 3, "NIR": 1, "NIR-true": 1, "NIR-clean": 1}


@dataclass(frozen=True)
class Request:
    """What is rendered: the arguments of `render_people`; `subjects` in the order of the rows."""

    subjects: tuple[int, ...]
    vis_per_subject: int
    nir_per_subject: int
    pairs: bool
    side_px: int
    seed: int
    difficulty: Difficulty

    @property
    def images(self) -> int:
        """The number of all images."""
        per_subject = self.vis_per_subject * (3 if self.pairs else 1) + self.nir_per_subject
        return len(self.subjects) * per_subject

    def shots(self, folder: str) -> range:
        """Return the shot numbers of each subject in a folder such as "NIR-true"."""
        if folder == "NIR":
            return range(FIRST_NIR_SHOT, FIRST_NIR_SHOT + self.nir_per_subject)
        return range(self.vis_per_subject)

    @property
    def folders(self) -> list[str]:
        """The names of the packed folders that are written."""
        return list(CHANNELS) if self.pairs else ["VIS", "NIR"]


def render_people(
    out: Path,
    subjects: Sequence[int],
    *,
    vis_per_subject: int,
    nir_per_subject: int,
    pairs: bool,
    side_px: int,
    seed: int = 0,
    difficulty: Difficulty = STANDARD,
    workers: int = 1,
    progress: Progress = silent,
) -> None:
    """Render people into packed folders below `out`, one row per image, subject by subject.

    subjects: distinct numbers from 0. pairs: also write NIR-true and NIR-clean, whose rows are
    parallel to VIS. workers: the number of processes; 1 renders in the calling one. progress
    receives images done and in all. Raises UsageError where a number is impossible or `out` holds
    another request. What was finished before a failure is kept.
    """
    request = Request(
        subjects=tuple(subjects),
        vis_per_subject=vis_per_subject,
        nir_per_subject=nir_per_subject,
        pairs=pairs,
        side_px=side_px,
        seed=seed,
        difficulty=difficulty,
    )
    _check(request, workers)
    if _prepare(out, request):
        progress(request.images, request.images, {})
        return
    todo = [k for k, subject in enumerate(request.subjects) if not _marker(out, subject).exists()]
    for left in _rendered(out, request, todo, workers):
        finished = len(request.subjects) - left
        progress(finished * request.images // len(request.subjects), request.images, {})
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
        check_request(subject, 0, "VIS", side_px=request.side_px, seed=request.seed)


def _marker(out: Path, subject: int) -> Path:
    return out / "done" / f"{subject:05d}"


def _prepare(out: Path, request: Request) -> bool:
    """Make the folders unless an earlier call did; return True if that call also finished."""
    text = json.dumps(asdict(request), indent=1)
    record = out / "request.json"
    require_readable(record, StageError)
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


def _rendered(out: Path, request: Request, todo: list[int], workers: int) -> Iterator[int]:
    """Render the subjects at these places; yield after each how many are left."""
    if workers == 1 or len(todo) <= 1:
        for done, k in enumerate(todo, start=1):
            _render_subject(out, request, k)
            yield len(todo) - done
        return
    with process_pool(min(workers, len(todo))) as pool:
        tasks = [pool.submit(_render_subject, out, request, k) for k in todo]
        for done, task in enumerate(as_completed(tasks), start=1):
            task.result()
            yield len(todo) - done


def _render_subject(out: Path, request: Request, k: int) -> None:
    """Render the rows of the k-th subject, then write its marker."""
    arrays = {folder: packed.open_for_writing(out / folder) for folder in request.folders}
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
    for place, shot in enumerate(request.shots("NIR")):
        view = view_person(person, shot, request.side_px, request.difficulty)
        arrays["NIR"][k * request.nir_per_subject + place] = develop(view, "NIR")
    _marker(out, subject).touch()
