"""Chooses the worst cases: probes that fakes cost most, fakes far from the truth, copies.

All are about the translator whose fakes give the best mean. A probe is shown beside the first
gallery image of its own person and that of the person it is most alike instead.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from bench.gathering.crops import crops, first_images
from bench.planning.plan import Plan, Repeat
from bench.planning.training_sets import BASELINE
from faces import packed, protocols
from faces.luminance import luminance
from faces.packed import Packed
from reports.material import Grid

CASES = 6
# Protocol, metric, where its probes stand in the split, where the images they are matched to.
JUDGED = (
    ("unseen-subjects", "rank1", "probe", "gallery"),
    ("seen-subjects", "accuracy", "held_out", "train"),
)


def draw(plan: Plan, store: Path) -> Iterator[Grid]:
    """Grids called "worst-..."; none where no fakes were scored."""
    split = packed.read_table(plan.split.folder(store) / "split.csv")
    for where, metric, probes, gallery in JUDGED:
        baseline = _outcomes(plan, store, BASELINE, where, metric)
        best = _best_translator(plan, store, where, metric)
        if best is None or baseline.empty:
            continue
        with_fakes = _outcomes(plan, store, f"{BASELINE}+{best}", where, metric)
        cases = costliest(baseline, with_fakes)
        firsts = first_images(protocols.rows(split, gallery, "VIS")).set_index("subject")["row"]
        named = _taken_for(plan, store, f"{BASELINE}+{best}", where, cases)
        named = named[named["subject"].isin(firsts.index) & named["other"].isin(firsts.index)]
        if len(named):
            nir = protocols.rows(split, probes, "NIR")
            yield _lost(plan.aligned.folder(store), named.head(CASES), nir, firsts, best, where)
        break  # the seen people are shown only where nobody unseen is scored
    names = [name for name, repeat in plan.fakes if repeat == plan.first]
    if not names:
        return
    chosen = _best_translator(plan, store, *JUDGED[0][:2]) or names[-1]
    if (plan.aligned.folder(store) / "NIR-true").exists():
        yield _far_from_truth(plan, store, chosen)
    yield from _copies(plan, store, chosen)


def _best_translator(plan: Plan, store: Path, where: str, metric: str) -> str | None:
    """The one whose fakes give the highest mean over all seeds; None where none was scored."""
    means = {
        name: _outcomes(plan, store, f"{BASELINE}+{name}", where, metric).to_numpy().mean()
        for name in dict.fromkeys(name for name, _ in plan.fakes)
        if not _outcomes(plan, store, f"{BASELINE}+{name}", where, metric).empty
    }
    return max(means, key=lambda name: means[name], default=None)


def _outcomes(plan: Plan, store: Path, training_set: str, where: str, metric: str) -> pd.DataFrame:
    """(probes x seeds) values of the first fold; empty where nothing was scored."""
    columns = {}
    for repeat, folder in _scored(plan, store, training_set):
        table = packed.read_table(folder / "outcomes.csv")
        rows = table[(table["protocol"] == where) & (table["metric"] == metric)]
        if len(rows):
            columns[repeat.seed] = rows.set_index("probe")["value"]
    return pd.DataFrame(columns)


def _scored(plan: Plan, store: Path, training_set: str) -> Iterator[tuple[Repeat, Path]]:
    """Gives each seed of the first fold, and the folder of its scores."""
    for (name, repeat), stage in plan.scores.items():
        if name == training_set and repeat.fold == plan.first.fold:
            yield repeat, stage.folder(store)


def costliest(baseline: pd.DataFrame, with_fakes: pd.DataFrame) -> pd.DataFrame:
    """Probes by how much worse they are with fakes: `loss`, the mean over seeds, above 0 only.

    `seed` is the first of those in which a probe loses most. Equal losses stand by name.
    """
    seeds = [seed for seed in baseline if seed in with_fakes]
    losses = baseline[seeds] - with_fakes[seeds]
    table = pd.DataFrame({"loss": losses.mean(axis=1), "seed": losses.idxmax(axis=1)})
    table = table[table["loss"] > 0].rename_axis("probe").reset_index()
    return table.sort_values(["loss", "probe"], ascending=[False, True], ignore_index=True)


def _taken_for(
    plan: Plan, store: Path, training_set: str, where: str, cases: pd.DataFrame
) -> pd.DataFrame:
    """Gives the first probe of each person, with `subject` and `other`, who is most alike.

    Probes without a face are compared with nobody and left out.
    """
    tables = []
    for repeat, folder in _scored(plan, store, training_set):
        if (folder / "confusions.csv").exists():
            table = packed.read_table(folder / "confusions.csv").assign(seed=repeat.seed)
            tables.append(table[table["protocol"] == where])
    if not tables:
        return pd.DataFrame(columns=["probe", "subject", "other"])
    known = pd.concat(tables)[["probe", "seed", "subject", "other"]]
    named = cases.merge(known, on=["probe", "seed"], how="inner")
    return named.drop_duplicates("subject")


def _lost(
    aligned: Path,
    cases: pd.DataFrame,
    probes: pd.DataFrame,
    firsts: pd.Series,
    translator: str,
    where: str,
) -> Grid:
    """`probes` are lines of the split; `firsts` the row of each person's first VIS image."""
    names = probes["subject"] + "/" + probes["spectrum"] + "/" + probes["shot"].astype(str)
    rows = pd.Series(probes["row"].to_numpy(), names)
    columns = {
        "probe": crops(aligned / "NIR", rows.loc[cases["probe"]]),
        "own": crops(aligned / "VIS", firsts.loc[cases["subject"]]),
        "other": crops(aligned / "VIS", firsts.loc[cases["other"]]),
    }
    lines = pd.DataFrame({"subject": cases["subject"] + " as " + cases["other"]})
    people = where.replace("-subjects", " people")
    return Grid(
        name="worst-probes",
        title=f"Probes that fakes by {translator} cost most",
        caption=f"NIR probes of {people} that are recognized without fakes and missed with them: "
        f"the largest losses from {BASELINE} to {BASELINE}+{translator}, mean over seeds, one per "
        "person. Beside each the first VIS image of its own person, and that of the person whom "
        "the recognizer trained with fakes finds most alike.",
        columns={name: Packed(each.images, lines) for name, each in columns.items()},
        labels={"probe": "probe, NIR", "own": "own person, VIS", "other": "taken for, VIS"},
    )


def _far_from_truth(plan: Plan, store: Path, translator: str) -> Grid:
    """Gives the fakes that differ most from the true NIR image of the same shot, one per person."""
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
    """Gives the fakes nearest to an image that their translator was trained on, one per person."""
    quality = plan.qualities.get((translator, plan.first))
    path = quality.folder(store) / "copies.csv" if quality else None
    if path is None or not path.exists():
        return
    text = dict.fromkeys(("subject", "shot", "training_subject", "training_shot"), str)
    near = pd.read_csv(path, converters=text)
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
    """Gives rows of an index by subject and shot; the first of several."""
    known = pd.Series(range(len(index)), index["subject"] + "/" + index["shot"].astype(str))
    known = known[~known.index.duplicated()]
    return known.loc[wanted.iloc[:, 0] + "/" + wanted.iloc[:, 1]].to_numpy()


def distances(fakes: np.ndarray, truth: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Mean absolute difference in luminance, (N, S, S, C) and (M, T, T, C) uint8, (N,) -> (N,).

    `rows` says which true image belongs to a fake; it is brought to the fake's side S.
    """
    found = np.empty(len(fakes))
    for place, row in enumerate(rows):
        fake = luminance(fakes[place])[..., 0].astype(float)
        true = Image.fromarray(luminance(truth[row])[..., 0])
        small = true.resize(fake.shape[::-1], Image.Resampling.LANCZOS)
        found[place] = np.abs(fake - np.asarray(small, float)).mean()
    return found
