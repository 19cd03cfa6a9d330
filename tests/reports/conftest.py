"""Material of a made-up run whose effects are known, as files; faces are a few drawn ellipses."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageDraw

from faces import packed

HOSTILE = "<script>alert(1)</script>\"&'$x^2$"
EFFECTS = {"real": 0.0, "real+A": 0.02, "real+B": 0.10, "real+C": 0.12, "real+oracle": 0.30}
PROTOCOLS = {
    "unseen-subjects": {"rank1": 0.32, "auc": 0.6, "vr@far=0.01": 0.30},
    "seen-subjects": {"accuracy": 0.45, "accuracy-vis": 0.6},
}
SETS = [
    {"name": "real", "role": "baseline", "label": "VIS and real NIR, no fakes"},
    {"name": "real+A", "role": "fakes", "label": "with fake NIR by A", "images": "A"},
    {"name": "real+oracle", "role": "ceiling", "label": "with the true NIR of the same shots"},
    {"name": "real+B", "role": "fakes", "label": "with fake NIR by B", "images": "B"},
    {"name": "real+C", "role": "fakes", "label": "with fake NIR by C", "images": "C"},
]
FACTS = {
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
    "started": "2025-03-01 10:00",
    "notes": [f"A note that quotes {HOSTILE}"],
    "data": {
        "name": "synthetic",
        "funnel": [
            {"step": step, "vis_subjects": n, "vis_images": 10 * n, "nir_images": 10 * n}
            for step, n in (("found", 62), ("readable", 62), ("eyes found", 61), ("kept", 60))
        ],
        "split": {"train": {"subjects": 40, "vis": 400, "nir": 0}, "probe": {"subjects": 20}},
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
    """A function that writes a folder of material; see `write_material`."""
    return write_material


def write_material(
    folder: Path, seeds=(0,), sets=SETS, absent=(), subjects=24, images=True, trainings=True
):
    """Writes material with the effects of EFFECTS; `absent` are (training set, metric) pairs."""
    rng = np.random.default_rng(7)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "material.json").write_text(json.dumps({"facts": FACTS, "training_sets": sets}))
    names = [f"s{i:02d}" for i in range(subjects - 1)] + [HOSTILE]
    probes = probe_table(names, rng)
    for row in sets:
        for seed in seeds:
            write_recognizer(folder, row["name"], seed, probes, absent)
            if trainings:
                write_recognizer_losses(folder / "recognizers" / row["name"] / str(seed), seed)
    write_quality(folder, seeds)
    for variant in "ABC" if trainings else "":
        for seed in seeds:
            write_generator(folder / "generators" / variant / str(seed), variant, seed)
    if images:
        write_grids(folder / "images", names[-8:])
    return folder


def probe_table(names: list[str], rng) -> pd.DataFrame:
    """Eight probes a subject; how hard each is, is the same for all training sets."""
    rows = [{"probe": f"{name}/{i}", "subject": name} for name in names for i in range(8)]
    ease = np.repeat(rng.normal(0, 0.15, len(names)), 8) + rng.normal(0, 0.1, len(rows))
    return pd.DataFrame(rows).assign(ease=ease, luck=rng.random(len(rows)))


def write_recognizer(folder: Path, name: str, seed: int, probes: pd.DataFrame, absent) -> None:
    rng = np.random.default_rng([seed, len(name), ord(name[-1])])
    parts, curves = [], []
    for protocol, metrics in PROTOCOLS.items():
        for metric, base in metrics.items():
            if (name, metric) in absent:
                continue
            chance = base + EFFECTS.get(name, 0) + probes["ease"] + rng.normal(0, 0.01)
            hit = (0.7 * probes["luck"] + 0.3 * rng.random(len(probes)) < chance).astype(float)
            rows = probes[["probe", "subject"]].assign(protocol=protocol, metric=metric, value=hit)
            parts.append(rows)
    far = np.linspace(0, 1, 800) ** 2
    power = 0.35 - 0.5 * EFFECTS.get(name, 0) + rng.normal(0, 0.01)
    curves.append(pd.DataFrame({"curve": "roc", "x": far, "y": far**power}))
    ranks = np.arange(1, 21)
    found = 1 - (0.68 - EFFECTS.get(name, 0)) * 0.85 ** (ranks - 1)
    curves.append(pd.DataFrame({"curve": "cmc", "x": ranks, "y": found}))
    save(pd.concat(parts), folder / "outcomes" / name / f"{seed}.csv")
    both = pd.concat(curves).assign(protocol="unseen-subjects")
    save(both, folder / "curves" / name / f"{seed}.csv")
    scores = [{"protocol": "unseen-subjects", "metric": "eer", "value": 0.2 - power / 9, "n": 9}]
    save(pd.DataFrame(scores), folder / "scores" / name / f"{seed}.csv")


def write_recognizer_losses(folder: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    steps = np.arange(300)
    loss = 0.3 + 4 * np.exp(-steps / 90) + rng.normal(0, 0.25, 300)
    save(pd.DataFrame({"step": steps, "loss": loss}), folder / "losses.csv")


def write_quality(folder: Path, seeds) -> None:
    distance = {"real": 51.0, "vis": 262.0, "A": 528.0, "B": 505.0, "C": 231.0}
    rows = []
    for kind, value in distance.items():
        for seed in seeds if kind in "ABC" else [0]:
            start = {"images": kind, "seed": seed, "n": 600}
            rows.append({**start, "metric": "fd_lite0", "value": value + 9 * seed})
            rows.append({**start, "metric": "kd_lite0", "value": value / 4000 + 0.002 * seed})
            if kind != "real":
                rows.append({**start, "metric": "ssim", "value": 0.8 - value / 2000})
                rows.append({**start, "metric": "detection", "value": 0.97 - value / 9000})
    save(pd.DataFrame(rows), folder / "quality.csv")


def write_generator(folder: Path, variant: str, seed: int) -> None:
    rng = np.random.default_rng([seed, ord(variant)])
    steps = np.arange(0, 800)
    fall = np.exp(-steps / 200)
    losses = pd.DataFrame({"step": steps, "gan": 0.3 + 0.4 * fall + rng.normal(0, 0.08, 800)})
    losses["cycle"] = 0.8 * fall + 0.2 + rng.normal(0, 0.05, 800)
    losses["discriminator"] = 0.25 - 0.1 * fall + rng.normal(0, 0.04, 800)
    if variant == "C":
        losses["perceptual"] = 1.5 * fall + 0.4 + rng.normal(0, 0.05, 800)
    save(losses, folder / "losses.csv")
    rows = [(step, source) for step in (100, 200, 400, 800) for source in ("s00/1", HOSTILE)]
    index = pd.DataFrame(rows, columns=["step", "source"])
    index = index.assign(subject=index["source"], spectrum="NIR", shot=0)
    drawn = [face(len(source), grey=True, noise=40 - step // 25) for step, source in rows]
    packed.write(folder / "samples", np.stack(drawn), index)


def write_grids(folder: Path, names: list[str]) -> None:
    kinds = {"vis": "VIS", "vis-equalized": "VIS, equalized", "A": "fake by A", "B": "fake by B"}
    kinds |= {"C": "fake by C", "nir": "real NIR", "true": "true NIR of the shot"}
    change = {"first": "B", "second": "C", "title": "What the perceptual loss changes"}
    write_grid(folder / "subjects", "The same people", kinds, names, [change])
    before = {"photograph": "as found", "aligned": "aligned"}
    write_grid(folder / "alignment", "Alignment, before and after", before, names[:3], [])
    before = {"plain": "as aligned", "equalized": "equalized"}
    write_grid(folder / "equalization", "Equalization, before and after", before, names[:3], [])


def write_grid(folder: Path, title: str, kinds: dict, names: list[str], differences) -> None:
    head = {"title": title, "caption": "The first people in the order of their names."}
    head["columns"] = [{"folder": kind, "label": label} for kind, label in kinds.items()]
    index = pd.DataFrame({"subject": names, "spectrum": "VIS", "shot": 0})
    for place, kind in enumerate(kinds):
        grey = kind not in ("vis", "photograph", "plain", "aligned")
        drawn = [face(i, grey, noise=4 * place) for i in range(len(names))]
        packed.write(folder / kind, np.stack(drawn), index)
    (folder / "grid.json").write_text(json.dumps({**head, "differences": differences}))


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


def save(table: pd.DataFrame, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(path, index=False)
