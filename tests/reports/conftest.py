"""Material of a made-up run whose effects are known; faces are a few drawn ellipses."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageDraw

from faces.packed import Packed
from reports.material import (
    Amount,
    Difference,
    Grid,
    Material,
    Training,
    TrainingSet,
    in_order,
)
from reports.summary import summarise
from tests.metric_records import RECORDS

HOSTILE = "<script>alert(1)</script>\"&'$x^2$"
EFFECTS = {"real": 0.0, "real+A": 0.02, "real+B": 0.10, "real+C": 0.12, "real+oracle": 0.30}
EFFECTS |= {"real+A-leaky": 0.20, "real+C-leaky": 0.13}
EFFECTS |= {"real+augmented": 0.03, "C-alone": -0.15, "dlib-face": 0.4}
EFFECTS |= {"real+C@fakes0.25": 0.04, "real+C@fakes0.5": 0.09}
# The more real NIR, the less the fakes add.
EFFECTS |= {"real@nir1": 0.15, "real@nir2": 0.22, "real@nirall": 0.30}
EFFECTS |= {"real+C@nir1": 0.21, "real+C@nir2": 0.24, "real+C@nirall": 0.30}
PROTOCOLS = {
    "unseen-subjects": {"rank1": 0.32, "auc": 0.6, "vr@far=0.01": 0.30},
    "seen-subjects": {"accuracy": 0.45, "accuracy-vis": 0.6},
}
SETS = (
    TrainingSet("real", "baseline", "VIS and real NIR, no fakes"),
    TrainingSet("real+A", "fakes", "with fake NIR by A", "A"),
    TrainingSet("real+oracle", "ceiling", "with the true NIR of the same shots"),
    TrainingSet("real+B", "fakes", "with fake NIR by B", "B"),
    TrainingSet("real+C", "fakes", "with fake NIR by C", "C"),
)
LEAKY = tuple(
    TrainingSet(
        f"real+{name}-leaky", "leaky", f"with fake NIR by {name}, who saw what is tested",
        f"{name}-leaky", f"real+{name}",
    )
    for name in "AC"
)  # fmt: skip
CONTROLS = tuple(
    TrainingSet(name, "control", label)
    for name, label in {
        "real-twice": "with the VIS images once more",
        "real+grey": "with the VIS images in grey",
        "real+equalized": "with the VIS images equalized",
        "real+augmented": "with the VIS images altered",
        "real+C-shuffled": "with the fakes by C under other people's names",
        "C-alone": "fake NIR by C and nothing else",
    }.items()
)


def amount(nir: int | str = 0, share: float = 0, translator: str | None = None) -> Amount:
    """Forty training people with ten VIS images and at most eight NIR ones."""
    per_person = 7.5 if nir == "all" else nir
    return Amount(nir, 40, round(40 * per_person), round(400 * share), translator)


def curve_pair(nir: int | str) -> tuple[TrainingSet, TrainingSet]:
    name = f"real@nir{nir}"
    return (
        TrainingSet(name, "curve", f"VIS and {nir} real NIR", amount=amount(nir)),
        TrainingSet(
            f"real+C@nir{nir}", "curve", "the same with fakes", None, name, amount(nir, 1, "C")
        ),
    )


# What a full run has: every role, and both curves over amounts of images.
FULL = (
    *(
        replace(
            training_set,
            amount=amount(share=bool(training_set.images), translator=training_set.images),
        )
        if training_set.role in ("baseline", "fakes")
        else training_set
        for training_set in SETS
    ),
    *CONTROLS,
    TrainingSet("dlib-face", "external", "dlib's face network as it is"),
    *(training_set for nir in (1, 2, "all") for training_set in curve_pair(nir)),
    *(
        TrainingSet(
            f"real+C@fakes{share}", "curve", "some fakes", None, "real", amount(0, share, "C")
        )
        for share in (0.25, 0.5)
    ),
)  # fmt: skip
PROVENANCE = {
    "settings": {
        "variants": ["A", "B", "C"],
        "seeds": [0, 1, 2],
        "data": {"subjects": 60, "side_px": 48},
        "generator": {"steps": 800, "width": 24, "equalize": "vis"},
        "recognizer": {"steps": 300, "input": "luminance"},
    },
    "versions": {"nirbench": "0.1.0", "python": "3.12.4", "numpy": "2.3"},
    "device": "cpu, 2 threads",
    "command": "bench run-all --preset demo --seeds 0,1,2 --out runs/demo",
    "notes": [f"A note that quotes {HOSTILE}"],
    "data": {
        "name": "synthetic",
        "funnel": [
            {"step": step, "vis_subjects": n, "vis_images": 10 * n, "nir_images": 10 * n}
            for step, n in (("found", 62), ("readable", 62), ("eyes found", 61), ("kept", 60))
        ],
        "alignment": "eyes-v9",
        "detection": [
            {"spectrum": "VIS", "images": 600, "found at once": 590, "not found": 10},
            {"spectrum": "NIR", "images": 600, "found at once": 580, "not found": 20},
        ],
        "split": {"train_vis_subjects": 40, "train_vis_images": 400, "probe_nir_subjects": 20},
    },
    "weights": [
        {
            "role": "recognizer",
            "name": "rendered-faces",
            "trained_on": "pretrained on rendered people",
            "sha256": "ab" * 32,
            "licence": "Apache-2.0",
        }
    ],
    "stages": [
        {"name": "faces", "key": "1f00a", "seconds": 21.5, "cached": True},
        {"name": "train A, seed 0", "key": "77ab2", "seconds": 250.0, "cached": False},
    ],
}


@pytest.fixture(scope="session")
def make_material():
    """A function that makes Material; see `made_material`."""
    return made_material


@pytest.fixture(scope="session")
def full_material():
    """A small full run: every role, both curves over amounts, confusions."""
    return made_material(seeds=(0, 1), sets=FULL, subjects=10, trainings=False)


@pytest.fixture(scope="session")
def full(full_material):
    """The numbers of the small full run."""
    return summarise(full_material, resamples=200)


def made_material(
    *,
    seeds=(0,),
    sets=SETS,
    absent=(),
    subjects=24,
    images=True,
    trainings=True,
    folds=(None,),
) -> Material:
    """Material with the effects of EFFECTS; `absent` are (training set, metric) pairs.

    Each fold tests some of the people, some of them in other folds too.
    """
    rng = np.random.default_rng(7)
    names = [f"s{i:02d}" for i in range(subjects - 1)] + [HOSTILE]
    tables, confused = [], []
    for place, fold in enumerate(folds):
        people = names if fold is None else names[place:] if place % 2 else names[: -2 - place]
        probes = probe_table(people, rng, fold)
        found = [
            recognizer(training_set.name, seed, probes, absent)
            for training_set in sets
            for seed in seeds
        ]
        tables += [[in_fold(table, fold) for table in pair] for pair in found]
        unseen = [outcomes[outcomes["metric"] == "rank1"] for outcomes, _ in found]
        confused += [in_fold(confusions(rows, people, rng), fold) for rows in unseen if len(rows)]
    variants = [
        training_set.images
        for training_set in in_order(tuple(sets))
        if training_set.images and trainings
    ]
    return Material(
        provenance=PROVENANCE,
        training_sets=in_order(tuple(sets)),
        outcomes=pd.concat([outcomes for outcomes, _ in tables], ignore_index=True),
        curves=pd.concat([curves for _, curves in tables], ignore_index=True),
        quality=pd.concat([in_fold(quality(seeds, sets), fold) for fold in folds]),
        confusions=pd.concat(confused, ignore_index=True) if confused else pd.DataFrame(),
        generators=tuple(generator(name, seed) for name in variants for seed in seeds),
        recognizers=tuple(
            Training(training_set.name, seed, recognizer_losses(seed))
            for training_set in sets
            for seed in seeds
            if trainings
        ),
        grids=grids(names[-8:]) if images else (),
        metrics=RECORDS,
    )


def in_fold(table: pd.DataFrame, fold: int | None) -> pd.DataFrame:
    return table if fold is None else table.assign(fold=fold)


def probe_table(names: list[str], rng, fold=None) -> pd.DataFrame:
    """Eight probes a subject; how hard each is, is the same for all training sets."""
    start = "" if fold is None else f"fold{fold}/"
    rows = [{"probe": f"{start}{name}/{i}", "subject": name} for name in names for i in range(8)]
    ease = np.repeat(rng.normal(0, 0.15, len(names)), 8) + rng.normal(0, 0.1, len(rows))
    return pd.DataFrame(rows).assign(ease=ease, chance=rng.random(len(rows)))


def recognizer(name: str, seed: int, probes: pd.DataFrame, absent):
    """The outcomes and the curves of one recognizer."""
    rng = np.random.default_rng([seed, len(name), ord(name[-1])])
    parts, curves = [], []
    for protocol, metrics in PROTOCOLS.items():
        for metric, base in metrics.items():
            if (name, metric) in absent:
                continue
            chance = base + EFFECTS.get(name, 0) + probes["ease"] + rng.normal(0, 0.01)
            hit = (0.7 * probes["chance"] + 0.3 * rng.random(len(probes)) < chance).astype(float)
            rows = probes[["probe", "subject"]].assign(protocol=protocol, metric=metric, value=hit)
            parts.append(rows)
    far = np.linspace(0, 1, 800) ** 2
    power = 0.35 - 0.5 * EFFECTS.get(name, 0) + rng.normal(0, 0.01)
    curves.append(pd.DataFrame({"curve": "roc", "x": far, "y": far**power}))
    ranks = np.arange(1, 21)
    found = 1 - (0.68 - EFFECTS.get(name, 0)) * 0.85 ** (ranks - 1)
    curves.append(pd.DataFrame({"curve": "cmc", "x": ranks, "y": found}))
    of = {"training_set": name, "seed": seed}
    return pd.concat(parts).assign(**of), pd.concat(curves).assign(protocol="unseen-subjects", **of)


def confusions(rank1: pd.DataFrame, people: list[str], rng) -> pd.DataFrame:
    """Whom each probe is most alike beside its own person; missed probes are more like these."""
    places = rank1["subject"].map({name: place for place, name in enumerate(people)}).to_numpy()
    others = np.array(people)[
        (places + rng.integers(1, min(4, len(people)), len(rank1))) % len(people)
    ]
    genuine = rng.uniform(0.4, 0.6, len(rank1))
    gap = rng.uniform(0.01, 0.2, len(rank1)) * np.where(rank1["value"] == 1, -1, 1)
    table = rank1[["training_set", "seed", "protocol", "probe", "subject"]]
    return table.assign(other=others, genuine=genuine, impostor=genuine + gap)


def recognizer_losses(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    steps = np.arange(300)
    loss = 0.3 + 4 * np.exp(-steps / 90) + rng.normal(0, 0.25, 300)
    return pd.DataFrame({"step": steps, "loss": loss})


def quality(seeds, sets) -> pd.DataFrame:
    distance = {"real": 51.0, "vis": 262.0, "A": 528.0, "B": 505.0, "C": 231.0}
    distance |= {training_set.images: 210.0 for training_set in sets if training_set.leaky}
    rows = []
    for image_kind, value in distance.items():
        for seed in [0] if image_kind in ("real", "vis") else seeds:
            start = {"images": image_kind, "seed": seed, "n": 600}
            rows.append({**start, "metric": "fd_lite0", "value": value + 9 * seed})
            rows.append({**start, "metric": "kd_lite0", "value": value / 4000 + 0.002 * seed})
            if image_kind != "real":
                rows.append({**start, "metric": "ssim", "value": 0.8 - value / 2000})
                rows.append({**start, "metric": "detection", "value": 0.97 - value / 9000})
    return pd.DataFrame(rows)


def generator(variant: str, seed: int) -> Training:
    rng = np.random.default_rng([seed, *variant.encode()])
    steps = np.arange(0, 800)
    fall = np.exp(-steps / 200)
    losses = pd.DataFrame({"step": steps, "gan": 0.3 + 0.4 * fall + rng.normal(0, 0.08, 800)})
    losses["cycle"] = 0.8 * fall + 0.2 + rng.normal(0, 0.05, 800)
    losses["discriminator"] = 0.25 - 0.1 * fall + rng.normal(0, 0.04, 800)
    if variant.startswith("C"):
        losses["perceptual"] = 1.5 * fall + 0.4 + rng.normal(0, 0.05, 800)
    rows = [(step, source) for step in (100, 200, 400, 800) for source in ("s00/1", HOSTILE)]
    images = [face(len(source), grey=True, noise=40 - step // 25) for step, source in rows]
    index = pd.DataFrame(rows, columns=["step", "source"])
    terms = {"cycle": "what is left after going there and back"}
    return Training(variant, seed, losses, Packed(np.stack(images), index), terms)


def grids(names: list[str]) -> tuple[Grid, ...]:
    labels = {"vis": "VIS", "vis-equalized": "VIS, equalized", "A": "fake by A", "B": "fake by B"}
    labels |= {"C": "fake by C", "nir": "real NIR", "true": "true NIR of the shot"}
    change = Difference("B", "C", "What the perceptual loss changes")
    before = {"photograph": "as found", "aligned": "aligned"}
    worst = {"probe": "probe, NIR", "own": "own person, VIS", "other": "taken for, VIS"}
    taken = [f"{name} as s01" for name in names[:4]]
    return (
        grid("subjects", "The same people", labels, names, differences=(change,)),
        grid("worst-probes", "Probes that fakes cost most", worst, taken),
        grid("alignment", "Alignment, before and after", before, names[:3]),
    )


def grid(name: str, title: str, labels: dict, names: list[str], *, differences=()) -> Grid:
    index = pd.DataFrame({"subject": names})
    columns = {}
    for place, column in enumerate(labels):
        grey = column not in ("vis", "photograph", "aligned")
        images = [face(i, grey, noise=4 * place) for i in range(len(names))]
        columns[column] = Packed(np.stack(images), index)
    caption = "The first people in the order of their names."
    return Grid(name, title, caption, columns, labels, differences)


def face(number: int, grey: bool, noise: int = 0) -> np.ndarray:
    """(64, 64, 3) uint8: a drawn face; the number chooses its colours and its mouth."""
    rng = np.random.default_rng(number)
    picture = Image.new("RGB", (64, 64), (200, 205, 210))
    draw = ImageDraw.Draw(picture)
    skin = tuple(int(c) for c in np.array([225, 180, 150]) * rng.uniform(0.5, 1))
    draw.ellipse((12, 4, 52, 62), fill=skin)
    draw.pieslice((12, 0, 52, 40), 180, 360, fill=tuple(rng.integers(10, 120, 3).tolist()))
    draw.ellipse((21, 27, 27, 31), fill="white")
    draw.ellipse((37, 27, 43, 31), fill="white")
    draw.line((25, 48, 39, 46 + int(rng.integers(0, 6))), fill=(150, 60, 60), width=2)
    array = np.asarray(picture.convert("L").convert("RGB") if grey else picture)
    return np.clip(array + rng.normal(0, 1 + noise, (64, 64, 1)), 0, 255).astype(np.uint8)
