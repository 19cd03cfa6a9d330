"""Writes a full-size twin of CASIA NIR-VIS 2.0: its names and published counts, without its faces.

Counts of people and images by session, of probes by fold and of View 1 are the published ones
(docs/data.md). Who has how many images, and who is in which fold, is drawn. Images are 16 x 16
pixels of noise.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from faces.protocols.casia_views import PUBLISHED_PROBES

SEED = 1  # one for which everybody is trained on in some list, so that all VIS images are listed
TRAINED, TESTED = 357, 358
OF_VIEW_1 = {"VIS": (2480, 4556 - 2480), "NIR": (6270, 6123)}  # people trained on, tested
HOMES = {"s1": 200, "s2": 304, "s3": 160, "s4": 51}  # listed people, by where their id comes from
RETURNED = 15  # people of s2 who also have images in s3, one of them no NIR image in s2
LETTERED, LETTERED_IMAGES = 24, 455
ALWAYS_LETTERED = ("10193", "10194", "10197", "10204", "10292")
BOTH_KINDS_OF_SHOTS = "10197"
FEW_VIS = 715 - 689  # people with fewer than three VIS images
UNLISTED_PEOPLE, UNLISTED_IMAGES = 10, 17_580 - 16_949
SUFFIX = {"VIS": "jpg", "NIR": "bmp"}


@dataclass(frozen=True)
class Person:
    """Somebody's images: how many, in which sessions, and how many have shots such as 01-B."""

    subject: str
    counts: dict[str, int]
    lettered: int
    home_images: dict[str, int]  # how many of them are of the home session

    def paths(self, spectrum: str) -> list[str]:
        """Return the paths of all images of a spectrum."""
        count, at_home = self.counts[spectrum], self.home_images[spectrum]
        shots = [f"{k + 1:03}" for k in range(count)]
        if spectrum == "NIR" and self.lettered:
            shots = [f"{k + 1:02}-B" for k in range(self.lettered)] + shots[: count - self.lettered]
        home = int(self.subject[0]) + 1
        sessions = [f"s{home}"] * at_home + [f"s{home + 1}"] * (count - at_home)
        return [
            f"{session}/{spectrum}/{self.subject}/{shot}.{SUFFIX[spectrum]}"
            for session, shot in zip(sessions, shots, strict=True)
        ]


def write_twin(root: Path) -> None:
    """Write images and lists below `root`."""
    rng = np.random.default_rng(SEED)
    subjects = [f"{home}{k + 1:04}" for home, n in enumerate(HOMES.values()) for k in range(n)]
    trained = rng.permutation(np.repeat([True, False], [TRAINED, TESTED]))
    people = _people(subjects, trained, rng)
    lists = _lists(people, trained, "dev", rng)
    nir = np.array([person.counts["NIR"] for person in people])
    for fold, probes in PUBLISHED_PROBES.items():
        lists |= _lists(people, _split(nir, probes, rng), str(fold), rng)
    paths = [path for person in people for spectrum in SUFFIX for path in person.paths(spectrum)]
    _write_images(root, [*paths, *_unlisted(rng)], rng)
    (root / "protocols").mkdir()
    for name, listed in lists.items():
        text = "".join(path.replace("/", "\\") + "\r\n" for path in listed)
        (root / "protocols" / name).write_bytes(text.encode())


def _people(subjects: list[str], trained: np.ndarray, rng: np.random.Generator) -> list[Person]:
    """Draw who has how many images: `trained` says who is trained on in View 1, (715,) bool."""
    lettered = _lettered(subjects, rng)
    few = set(rng.permutation(subjects)[:FEW_VIS])
    bounds = {
        "VIS": [(1, 2) if subject in few else (3, 22) for subject in subjects],
        "NIR": [_nir_bounds(subject, lettered) for subject in subjects],
    }
    counts = {spectrum: _counts(spectrum, bounds[spectrum], trained, rng) for spectrum in SUFFIX}
    home = {spectrum: own.copy() for spectrum, own in counts.items()}
    once = few | set(lettered)
    may_return = [k for k, s in enumerate(subjects) if s[0] == "1" and s not in once]
    returned = rng.permutation(may_return)[:RETURNED]
    for own in home.values():
        own[returned] = (own[returned] + 1) // 2
    home["NIR"][returned[0]] = 0
    return [
        Person(
            subject,
            {spectrum: int(counts[spectrum][k]) for spectrum in SUFFIX},
            lettered.get(subject, 0),
            {spectrum: int(home[spectrum][k]) for spectrum in SUFFIX},
        )
        for k, subject in enumerate(subjects)
    ]


def _lettered(subjects: list[str], rng: np.random.Generator) -> dict[str, int]:
    """Draw the people with shots such as 01-B: => subject => number of such shots."""
    others = [s for s in subjects if s[0] == "1" and s not in ALWAYS_LETTERED]
    drawn = rng.permutation(others)[: LETTERED - len(ALWAYS_LETTERED)]
    numbers = _drawn(LETTERED_IMAGES, [(15, 20)] * LETTERED, rng)
    return dict(zip([*ALWAYS_LETTERED, *map(str, drawn)], numbers.tolist(), strict=True))


def _nir_bounds(subject: str, lettered: dict[str, int]) -> tuple[int, int]:
    if subject not in lettered:
        return 5, 50
    number = lettered[subject] + (subject == BOTH_KINDS_OF_SHOTS)
    return number, number


def _counts(
    spectrum: str, bounds: list[tuple[int, int]], trained: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Draw everybody's number of images, so that both halves of View 1 have theirs: (715,) int."""
    counts = np.zeros(len(bounds), int)
    for half, total in zip((trained, ~trained), OF_VIEW_1[spectrum], strict=True):
        counts[half] = _drawn(total, [bounds[k] for k in np.flatnonzero(half)], rng)
    return counts


def _drawn(total: int, bounds: list[tuple[int, int]], rng: np.random.Generator) -> np.ndarray:
    """Draw whole numbers within bounds, fewest and most, whose sum is `total`: (n,) int."""
    fewest, most = np.array(bounds).T
    free = np.repeat(np.arange(len(fewest)), most - fewest)
    more = rng.permutation(free)[: total - fewest.sum()]
    return fewest + np.bincount(more, minlength=len(fewest))


def _split(nir: np.ndarray, probes: int, rng: np.random.Generator) -> np.ndarray:
    """Draw who is trained on, (715,) bool, so that all others have `probes` NIR images."""
    trained = rng.permutation(np.repeat([True, False], [TRAINED, TESTED]))
    while missing := probes - nir[~trained].sum():
        inside, outside = rng.choice(np.flatnonzero(trained)), np.flatnonzero(~trained)
        left = np.abs(missing - (nir[inside] - nir[outside]))
        if left.min() < abs(missing):
            trained[inside], trained[outside[np.argmin(left)]] = False, True
    return trained


def _lists(
    people: list[Person], trained: np.ndarray, view: str, rng: np.random.Generator
) -> dict[str, Sequence[str]]:
    """Return the four lists of a view or fold, by file name."""
    train = [person for person, own in zip(people, trained, strict=True) if own]
    test = [person for person, own in zip(people, trained, strict=True) if not own]
    lists = {
        "vis_train": [path for person in train for path in person.paths("VIS")],
        "nir_train": [path for person in train for path in person.paths("NIR")],
        "vis_gallery": [str(rng.choice(person.paths("VIS"))) for person in test],
        "nir_probe": [path for person in test for path in person.paths("NIR")],
    }
    return {f"{name}_{view}.txt": paths for name, paths in lists.items()}


def _unlisted(rng: np.random.Generator) -> list[str]:
    """Return the images of people whom no list names; each has two VIS images."""
    number = UNLISTED_IMAGES - 2 * UNLISTED_PEOPLE
    counts = _drawn(number, [(5, 400)] * UNLISTED_PEOPLE, rng)
    return [
        f"s4/{spectrum}/3{k + 1 + HOMES['s4']:04}/{shot + 1:03}.{SUFFIX[spectrum]}"
        for k, nir in enumerate(counts)
        for spectrum, count in (("VIS", 2), ("NIR", nir))
        for shot in range(count)
    ]


def _write_images(root: Path, paths: Iterable[str], rng: np.random.Generator) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        pixels = rng.integers(0, 256, (16, 16), np.uint8)
        Image.fromarray(pixels).save(root / path, "JPEG" if path.endswith("jpg") else "BMP")
