r"""Writes CASIA NIR-VIS 2.0 (Li et al. 2013): sessions, eye files, protocol lists of two views.

    s1..s4/{NIR,VIS}/<5-digit subject>/<shot>.{bmp,jpg}, and .pos for a part of them
    protocols/{vis_train,nir_train,vis_gallery,nir_probe}_{dev,1..10}.txt

A line of a list is a path with backslashes, such as s2\NIR\10153\001.bmp, without a label. The
subject's first digit counts the session of the subject from 0 (`00001` of s1, `10153` of s2); some
subjects also appear in the next session. A shot is three digits, but for some people's NIR images
of s2 it is `01-B`, `02-B` and so on; the first of these people has one shot of the other kind too.
"""

import numpy as np

from faces.testbed.photo import LayoutWriter, Photo, photo_of

SESSIONS = 4
RETURNS_EVERY = 6  # each sixth subject was photographed in two sessions
EYES_EVERY = 3  # each third image has an eye file
FOLDS = 10
SUFFIX = {"VIS": ".jpg", "NIR": ".bmp"}
LETTERED_SESSION = "s2"
LETTERED_EVERY = 3  # each third person of that session has shots 01-B, 02-B, ...


def _place(person: int, spectrum: str, number: int) -> Photo:
    """Return a photo.

    Subjects are assigned to the sessions in turn. Those of two sessions have every second image in
    the later one.
    """
    home = person % SESSIONS
    visits = 2 if person % RETURNS_EVERY == 1 else 1
    session = f"s{(home + number % visits) % SESSIONS + 1}"
    subject, shot = f"{home}{person + 1:04d}", _shot(person, spectrum, session, number // visits)
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


def _shot(person: int, spectrum: str, session: str, number: int) -> str:
    """Return the name of a person's shot of a session, by its number from 0."""
    rank = person // SESSIONS  # among the people whose home is the same session
    lettered = (spectrum, session) == ("NIR", LETTERED_SESSION) and rank % LETTERED_EVERY == 0
    if not lettered or (rank == 0 and number == 0):
        return f"{number + 1:03d}"
    return f"{number + (rank > 0):02d}-B"


def _eye_order(number: int) -> str:
    if number % EYES_EVERY:
        return ""
    return ("left", "right")[number // EYES_EVERY % 2]


def _lists(photos: list[Photo], random: np.random.Generator) -> dict[str, bytes]:
    """Return the lists of View 2's ten folds and of View 1 ("dev"), of people with both spectra.

    In a fold, nobody is in both the training and the testing half. View 1 is split differently: it
    trains on people who are tested in the folds, as in the real lists, so a protocol must not mix
    the two views.
    """
    files: dict[str, bytes] = {}
    subjects = _with_both(photos)
    for fold in range(1, FOLDS + 1):
        order = [subjects[k] for k in random.permutation(len(subjects))]
        if fold == 1:
            files |= _view(photos, _split_of_view_1(order), "dev", random)
        files |= _view(photos, order, str(fold), random)
    return files


def _with_both(photos: list[Photo]) -> list[str]:
    seen = {name: {p.subject for p in photos if p.spectrum == name} for name in SUFFIX}
    return sorted(seen["VIS"] & seen["NIR"])


def _split_of_view_1(order: list[str]) -> list[str]:
    """Reorder a fold's subjects so that half of the new training half was tested before."""
    half = len(order) // 2
    kept, taken = half // 2, half - half // 2
    train = order[:kept] + order[half : half + taken]
    return train + [subject for subject in order if subject not in train]


def _view(photos: list[Photo], order: list[str], view: str, random: np.random.Generator):
    """Return the four lists of a split: the first half of `order` is for training."""
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
    """Return a list file: paths with backslashes; its lines end in LF, CRLF or either by chance."""
    paths = [photo.source.replace("/", "\\").encode() for photo in photos]
    windows = random.random(len(paths)) < random.choice([0, 0.5, 1])
    return b"".join(
        path + (b"\r\n" if end else b"\n") for path, end in zip(paths, windows, strict=True)
    )


WRITER = LayoutWriter("casia", _place, _lists, aspect=4 / 3)
