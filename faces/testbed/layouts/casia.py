r"""CASIA NIR-VIS 2.0 (Li et al. 2013): four sessions, eye files, and protocol lists in two views.

    s1..s4/{NIR,VIS}/<5-digit subject>/<3-digit shot>.{bmp,jpg}, and .pos for a part of them
    protocols/{vis_train,nir_train,vis_gallery,nir_probe}_{dev,1..10}.txt

A line of a list is a path with backslashes, such as s2\NIR\20153\001.bmp, without a label. The
subject's first digit names the session it comes from; some subjects came back in the next one.
"""

import numpy as np

from faces.testbed.photo import LayoutWriter, Photo, photo_of

SESSIONS = 4
RETURNS_EVERY = 6  # each sixth subject was photographed in two sessions
EYES_EVERY = 3  # each third image has an eye file
FOLDS = 10
SUFFIX = {"VIS": ".jpg", "NIR": ".bmp"}


def _place(person: int, spectrum: str, number: int) -> Photo:
    """Subjects are dealt to the sessions in turn; who came back has every second image there."""
    home = person % SESSIONS
    visits = 2 if person % RETURNS_EVERY == 1 else 1
    session = f"s{(home + number % visits) % SESSIONS + 1}"
    subject, shot = f"{home + 1}{person + 1:04d}", f"{number // visits + 1:03d}"
    return photo_of(
        person,
        spectrum,
        number,
        source=f"{session}/{spectrum}/{subject}/{shot}{SUFFIX[spectrum]}",
        subject=subject,
        session=session,
        shot=f"{session}-{shot}",
        eye_order=_eye_order(person + number),
    )


def _eye_order(number: int) -> str:
    if number % EYES_EVERY:
        return ""
    return ("left", "right")[number // EYES_EVERY % 2]


def _lists(photos: list[Photo], random: np.random.Generator) -> dict[str, bytes]:
    """Gives the lists of View 2's ten folds and of View 1 ("dev") over all who have both spectra.

    In a fold the halves for training and for testing share nobody. View 1 splits otherwise: it
    trains on people whom the folds test, which is the trap of the real lists.
    """
    files: dict[str, bytes] = {}
    subjects = _with_both(photos)
    for fold in range(1, FOLDS + 1):
        order = [subjects[k] for k in random.permutation(len(subjects))]
        if fold == 1:
            files |= _view(photos, _trap(order), "dev", random)
        files |= _view(photos, order, str(fold), random)
    return files


def _with_both(photos: list[Photo]) -> list[str]:
    seen = {name: {p.subject for p in photos if p.spectrum == name} for name in SUFFIX}
    return sorted(seen["VIS"] & seen["NIR"])


def _trap(order: list[str]) -> list[str]:
    """Reorders a fold's subjects so that half of the new training half is the old testing one."""
    half = len(order) // 2
    kept, taken = half // 2, half - half // 2
    train = order[:kept] + order[half : half + taken]
    return train + [subject for subject in order if subject not in train]


def _view(photos: list[Photo], order: list[str], view: str, random: np.random.Generator):
    """The four lists of one split: the first half of `order` is for training."""
    half = len(order) // 2
    train, test = set(order[:half]), set(order[half:])
    vis, nir = ([p for p in photos if p.spectrum == name] for name in ("VIS", "NIR"))
    chosen = {
        "vis_train": [photo for photo in vis if photo.subject in train],
        "nir_train": [photo for photo in nir if photo.subject in train],
        "vis_gallery": _one_of_each([photo for photo in vis if photo.subject in test], random),
        "nir_probe": [photo for photo in nir if photo.subject in test],
    }
    return {
        f"protocols/{name}_{view}.txt": _lines(listed, random) for name, listed in chosen.items()
    }


def _one_of_each(photos: list[Photo], random: np.random.Generator) -> list[Photo]:
    by_subject: dict[str, list[Photo]] = {}
    for photo in photos:
        by_subject.setdefault(photo.subject, []).append(photo)
    return [album[random.integers(len(album))] for album in by_subject.values()]


def _lines(photos: list[Photo], random: np.random.Generator) -> bytes:
    """Backslashes; lines end as on one system, as on the other, or now so and now so."""
    paths = [photo.source.replace("/", "\\").encode() for photo in photos]
    windows = random.random(len(paths)) < random.choice([0, 0.5, 1])
    return b"".join(
        path + (b"\r\n" if end else b"\n") for path, end in zip(paths, windows, strict=True)
    )


WRITER = LayoutWriter("casia", _place, _lists, aspect=4 / 3)
