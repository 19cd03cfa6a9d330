"""Chooses the worst cases: the largest losses of probes, fakes far from the truth, copies.

All show the translator whose fakes give the best mean. A probe is shown beside the first gallery
image of its own person, and that of the person whom the recognizer finds most similar instead.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from bench.gathering.crops import crops, first_images
from bench.gathering.tasks import Task, tasks
from bench.planning.plan import Plan, Repeat
from bench.planning.training_sets import BASELINE
from faces import packed, protocols
from faces.luminance import luminance
from faces.packed import Packed
from reports.material import Grid

CASES = 6


def draw(plan: Plan, store: Path) -> Iterator[Grid]:
    """Yield the grids, whose names begin with "worst-"; none where no fakes were scored."""
    split = packed.read_table(plan.split.folder(store) / "split.csv")
    for task in tasks():
        baseline = _outcomes(plan, store, BASELINE, task)
        best = _best_translator(plan, store, task)
        if best is None or baseline.empty:
            continue
        with_fakes = _outcomes(plan, store, f"{BASELINE}+{best}", task)
        cases = costliest(baseline, with_fakes)
        gallery = first_images(protocols.rows(split, task.gallery, "VIS"))
        firsts = gallery.set_index("subject")["row"]
        cases = _with_confusions(plan, store, f"{BASELINE}+{best}", task=task, cases=cases)
        cases = cases[cases["subject"].isin(firsts.index) & cases["other"].isin(firsts.index)]
        if len(cases):
            yield _lost(
                plan.aligned.folder(store),
                cases.head(CASES),
                probes=protocols.rows(split, task.probes, "NIR"),
                firsts=firsts,
                translator=best,
                task=task,
            )
        break  # the seen people are shown only where nobody unseen is scored
    names = [name for name, repeat in plan.fakes if repeat == plan.first]
    if not names:
        return
    chosen = _best_translator(plan, store, tasks()[0]) or names[-1]
    if (plan.aligned.folder(store) / "NIR-true").exists():
        yield _far_from_truth(plan, store, chosen)
    yield from _copies(plan, store, chosen)


def _best_translator(plan: Plan, store: Path, task: Task) -> str | None:
    """Return the name of the one whose fakes give the highest mean; None if none was scored."""
    means = {
        name: _outcomes(plan, store, f"{BASELINE}+{name}", task).to_numpy().mean()
        for name in dict.fromkeys(name for name, _ in plan.fakes)
        if not _outcomes(plan, store, f"{BASELINE}+{name}", task).empty
    }
    return max(means, key=lambda name: means[name], default=None)


def _outcomes(plan: Plan, store: Path, training_set: str, task: Task) -> pd.DataFrame:
    """Return the values of the first fold, probes x seeds; empty where nothing was scored."""
    columns = {}
    for repeat, folder in _scored(plan, store, training_set):
        table = packed.read_table(folder / "outcomes.csv")
        rows = table[(table["protocol"] == task.name) & (table["metric"] == task.metric)]
        if len(rows):
            columns[repeat.seed] = rows.set_index("probe")["value"]
    return pd.DataFrame(columns)


def _scored(plan: Plan, store: Path, training_set: str) -> Iterator[tuple[Repeat, Path]]:
    """Yield each repeat of the first fold and the folder of its scores."""
    for (name, repeat), stage in plan.scores.items():
        if name == training_set and repeat.fold == plan.first.fold:
            yield repeat, stage.folder(store)


def costliest(baseline: pd.DataFrame, with_fakes: pd.DataFrame) -> pd.DataFrame:
    """Return the probes that are worse with fakes, the largest loss first, equal losses by name.

    Both arguments are probes x seeds. Columns: `probe`; `loss`, the mean over the seeds of both,
    above 0; `seed`, the first of the seeds in which the probe loses most.
    """
    seeds = [seed for seed in baseline if seed in with_fakes]
    losses = baseline[seeds] - with_fakes[seeds]
    table = pd.DataFrame({"loss": losses.mean(axis=1), "seed": losses.idxmax(axis=1)})
    table = table[table["loss"] > 0].rename_axis("probe").reset_index()
    return table.sort_values(["loss", "probe"], ascending=[False, True], ignore_index=True)


def _with_confusions(
    plan: Plan, store: Path, training_set: str, *, task: Task, cases: pd.DataFrame
) -> pd.DataFrame:
    """Return the first case of each person, with `subject` and the most similar `other` person.

    Probes without a face have no other person and are left out.
    """
    tables = []
    for repeat, folder in _scored(plan, store, training_set):
        if (folder / "confusions.csv").exists():
            table = packed.read_table(folder / "confusions.csv").assign(seed=repeat.seed)
            tables.append(table[table["protocol"] == task.name])
    if not tables:
        return pd.DataFrame(columns=["probe", "subject", "other"])
    known = pd.concat(tables)[["probe", "seed", "subject", "other"]]
    return cases.merge(known, on=["probe", "seed"], how="inner").drop_duplicates("subject")


def _lost(
    aligned: Path,
    cases: pd.DataFrame,
    *,
    probes: pd.DataFrame,
    firsts: pd.Series,
    translator: str,
    task: Task,
) -> Grid:
    """Return the grid of the cases, which are probes with a loss.

    `probes` are lines of the split; `firsts` is the row of each person's first VIS image.
    """
    names = probes["subject"] + "/" + probes["spectrum"] + "/" + probes["shot"].astype(str)
    rows = pd.Series(probes["row"].to_numpy(), names)
    columns = {
        "probe": crops(aligned / "NIR", rows.loc[cases["probe"]]),
        "own": crops(aligned / "VIS", firsts.loc[cases["subject"]]),
        "other": crops(aligned / "VIS", firsts.loc[cases["other"]]),
    }
    lines = pd.DataFrame({"subject": cases["subject"] + " as " + cases["other"]})
    people = task.name.replace("-subjects", " people")
    return Grid(
        name="worst-probes",
        title=f"Probes that fakes by {translator} cost most",
        caption=f"NIR probes of {people} that are recognized without fakes and missed with them: "
        f"the largest losses from {BASELINE} to {BASELINE}+{translator}, mean over seeds, one per "
        "person. Beside each the first VIS image of its own person, and that of the person whom "
        "the recognizer trained with fakes finds most alike.",
        columns={name: Packed(images.images, lines) for name, images in columns.items()},
        labels={"probe": "probe, NIR", "own": "own person, VIS", "other": "taken for, VIS"},
    )


def _far_from_truth(plan: Plan, store: Path, translator: str) -> Grid:
    """Return the grid of the fakes that differ most from the true NIR image, one per person."""
    aligned = plan.aligned.folder(store)
    fakes = packed.read(plan.fakes[translator, plan.first].folder(store))
    sources = fakes.index["source"].astype(int)
    apart = distances(fakes.images, packed.read(aligned / "NIR-true").images, sources.to_numpy())
    table = fakes.index.assign(apart=apart, place=range(len(apart)))
    table = table.sort_values(["apart", "place"], ascending=[False, True])
    chosen = table.drop_duplicates("subject").head(CASES)
    rows = sources.iloc[chosen["place"]]
    lines = pd.DataFrame({"subject": chosen["subject"].to_numpy()})
    columns = {
        "VIS": crops(aligned / "VIS", rows).images,
        "fake": fakes.images[chosen["place"].to_numpy()],
        "NIR-true": crops(aligned / "NIR-true", rows).images,
    }
    return Grid(
        name="worst-fakes",
        title=f"Fakes by {translator} that are farthest from the truth",
        caption=f"Of {len(fakes.index):,} fakes of seed {plan.first.seed} those with the largest "
        "mean difference in grey levels from the true NIR image of the same shot (here "
        f"{chosen['apart'].min():.0f} to {chosen['apart'].max():.0f} of 255; all on average "
        f"{apart.mean():.0f}), one per person.",
        columns={name: Packed(images, lines) for name, images in columns.items()},
        labels={"VIS": "VIS", "fake": f"fake by {translator}", "NIR-true": "true NIR, same shot"},
    )


def _copies(plan: Plan, store: Path, translator: str) -> Iterator[Grid]:
    """Yield the grid of the fakes nearest to a training image of the translator, one per person."""
    quality = plan.qualities.get((translator, plan.first))
    path = quality.folder(store) / "copies.csv" if quality else None
    if path is None or not path.exists():
        return
    near = packed.read_table(path)
    near = near[near["images"] == translator].sort_values(["distance", "subject", "shot"])
    near = near.drop_duplicates("subject").head(CASES)
    if near.empty:
        return
    fakes = packed.read(plan.fakes[translator, plan.first].folder(store))
    real = packed.read(plan.aligned.folder(store) / "NIR")
    places = [_places(near[["subject", "shot"]], fakes.index),
              _places(near[["training_subject", "training_shot"]], real.index)]  # fmt: skip
    lines = pd.DataFrame({"subject": (near["subject"] + " by " + near["training_subject"]).array})
    copied = int((near["distance"] < near["allowed"]).sum())
    yield Grid(
        name="worst-copies",
        title=f"Fakes by {translator} that are nearest to a training image",
        caption="Is it a translation or a remembered image? Each fake, one per person, beside the "
        "real NIR training image nearest to it in grey levels; row names are the two people. "
        f"{copied or 'None'} of these {len(near)} lie nearer than all but 1 % of the training "
        f"images lie to one another. Seed {plan.first.seed}.",
        columns={
            "fake": Packed(fakes.images[places[0]], lines),
            "NIR": Packed(real.images[places[1]], lines),
        },
        labels={"fake": f"fake by {translator}", "NIR": "nearest real NIR, trained on"},
    )


def _places(wanted: pd.DataFrame, index: pd.DataFrame) -> np.ndarray:
    """Return the first row of the index of each wanted subject and shot: (N,) int64."""
    known = pd.Series(range(len(index)), index["subject"] + "/" + index["shot"].astype(str))
    known = known[~known.index.duplicated()]
    return known.loc[wanted.iloc[:, 0] + "/" + wanted.iloc[:, 1]].to_numpy()


def distances(fakes: np.ndarray, truth: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return the mean absolute difference in luminance of each fake from its true image.

    (N, S, S, C) and (M, T, T, C) uint8, (N,) int => (N,) float64 in [0, 255]. `rows` names the true
    image of each fake, which is resized to the fake's side S.
    """
    found = np.empty(len(fakes))
    for place, row in enumerate(rows):
        fake = luminance(fakes[place])[..., 0].astype(float)
        true = Image.fromarray(luminance(truth[row])[..., 0])
        small = true.resize(fake.shape[::-1], Image.Resampling.LANCZOS)
        found[place] = np.abs(fake - np.asarray(small, float)).mean()
    return found
