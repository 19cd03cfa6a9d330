"""Compares measures of images with the gain in recognition by the images.

    python benchmarks/usefulness.py runs/stages runs-of-another-preset/stages
    python benchmarks/usefulness.py --out docs/results/usefulness runs/stages

Reads the stages of finished runs: every translator whose fakes a recognizer was fine-tuned with is
a point, with the gain over the baseline of the same seed. Only points with the most frequent
settings of fine-tuning are used. Measures the fakes of each by all metrics of generators/quality.py
and by further candidates, and prints for each measure its rank correlation with the gain
(docs/usefulness.md has the results). Rows of `measures.csv` in the output folder are not measured
again.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
import pandas as pd
import torch
from scipy.ndimage import gaussian_filter

from bench import weights
from bench.stages.parts import select
from faces import packed
from faces.common.cache import cache_folder
from faces.common.metric import by_name, unknown
from generators import quality_metrics
from generators.measures.feature_networks import FeatureNetworks, to_luminance
from generators.measures.likeness import unit
from generators.quality import ImageSample, Known, Memory, frechet_distance, measure
from recognizer.embedding import embed
from recognizer.network import Recognizer, load_trunk
from recognizer.training import RESULT
from reports.agreement import FEWEST, agreement_of

SIDE_PX = 64
PER_PERSON = 5
GAINS = {"rank1": "unseen-subjects", "auc": "unseen-subjects"}
IMAGES = {"fakes": "", "twice": "VIS", "oracle": "NIR-true"}  # what a training set adds: its folder
NETWORKS = ("efficientnet-lite0", "dlib-face", "dlib-landmarks-5")


@dataclass(frozen=True)
class Point:
    """Images that a recognizer was fine-tuned with, and the gain by them.

    `images`: the folder of fakes, "VIS" or "NIR-true". `key` identifies the images, in any store.
    `group`: the baseline; points of one group share its training variation. `training`: the
    settings of the fine-tuning.
    """

    store: Path
    name: str
    images: str
    key: str
    group: str
    training: str
    inputs: dict[str, str]
    gains: dict[str, float]


def records(store: Path, function: str) -> dict[str, dict]:
    """Return the records of the finished stages of one function, by folder name."""
    found = sorted(store.glob(f"{function}-*/stage.json"))
    return {path.parent.name: json.loads(path.read_text(encoding="utf-8")) for path in found}


def points(store: Path) -> Iterator[Point]:
    """Yield every translator with a gain; also VIS images again and true NIR, if they were run."""
    finetunes = records(store, "finetune")
    scores = {
        record["inputs"]["recognizer"]: store / folder
        for folder, record in records(store, "score").items()
        if "recognizer" in record["inputs"]
    }
    scored = {name: record for name, record in finetunes.items() if name in scores}
    baselines = {key_of(record): name for name, record in scored.items() if extra_of(record) == ""}
    for folder, record in scored.items():
        extra, base = extra_of(record), baselines.get(key_of(record))
        if extra not in IMAGES or base is None:
            continue
        own, before = (mean_outcomes(scores[name]) for name in (folder, base))
        yield Point(
            store, *images_of(store, record, extra),
            group=scored[base]["files"][RESULT][1], inputs=record["inputs"],
            training=json.dumps(record["settings"]["training"], sort_keys=True),
            gains={name: own[name] - before[name] for name in GAINS},
        )  # fmt: skip


def extra_of(record: dict) -> str | None:
    """Return what a training set adds to real images; None for points of curves and shuffles."""
    settings, inputs = record["settings"], record["inputs"]
    mixture = settings.get("mixture")
    if mixture is None:  # of runs before there were controls
        return "oracle" if settings["oracle"] else "fakes" if "fakes" in inputs else ""
    if mixture["shuffled"] or mixture["share"] != 1 or not mixture["real"] or "@" in record["name"]:
        return None
    return mixture["extra"]


def key_of(record: dict) -> str:
    """Return what a training set and its baseline have in common."""
    inputs = {role: name for role, name in record["inputs"].items() if role != "fakes"}
    settings = {name: value for name, value in record["settings"].items() if name != "oracle"}
    if "mixture" in settings:
        settings["mixture"] = settings["mixture"] | {"extra": ""}
    return json.dumps([settings, inputs], sort_keys=True)


def images_of(store: Path, record: dict, extra: str) -> tuple[str, str, str]:
    """Return name, images and key of what a training set adds."""
    if extra != "fakes":
        return extra, IMAGES[extra], f"{extra} of {record['inputs']['aligned']}"
    folder = record["inputs"]["fakes"]
    made = json.loads((store / folder / "stage.json").read_text())
    trained = json.loads((store / made["inputs"]["translator"] / "stage.json").read_text())
    settings = trained["settings"]
    name = f"{settings['variant']}:{settings['seed']}:{settings['generator']['steps']}"
    return name, folder, made["files"]["images.npy"][1][:16]


def mean_outcomes(folder: Path) -> dict[str, float]:
    """Return the mean outcomes of a scoring, by metric."""
    rows = packed.read_table(folder / "outcomes.csv")
    return {
        name: rows[(rows["protocol"] == task) & (rows["metric"] == name)]["value"].mean()
        for name, task in GAINS.items()
    }


class StoreMeasures:
    """Measures the fakes of one store: one split and one recognizer before its fine-tuning."""

    def __init__(self, store: Path, inputs: dict[str, str], device: torch.device) -> None:
        self.store, self.aligned = store, store / inputs["aligned"]
        self.parts = packed.read_table(store / inputs["split"] / "split.csv")
        paths = [weights.ensure(name, cache_folder()) for name in NETWORKS]
        recognizer = first_recognizer(store / inputs["initial"], device)
        self.networks = FeatureNetworks.load(
            *paths[:2], device, predictor=paths[2], recognizer=recognizer
        )
        self.memory = Memory()
        vis, nir = (
            select(self.aligned, self.parts, "train", spectrum) for spectrum in ("VIS", "NIR")
        )
        self.rows = first_rows(vis.index["subject"])
        self.people = vis.index["subject"].to_numpy(str)[self.rows]
        self.vis = np.asarray(vis.images[self.rows])
        self.known = Known(sample_of(nir), ImageSample(self.vis, people=self.people))
        held_out = [select(self.aligned, self.parts, part, "NIR") for part in ("held_out", "probe")]
        images = np.concatenate([part.images for part in held_out])
        people = np.concatenate([part.index["subject"].to_numpy(str) for part in held_out])
        self.real = ImageSample(images, people=people)
        self.truth = self.paired("NIR-clean")

    def paired(self, folder: str) -> np.ndarray | None:
        """Return the NIR images of the same shots, which only rendered faces have."""
        if not (self.aligned / folder).exists():
            return None
        found = select(self.aligned, self.parts, "train", "VIS", folder=folder)
        return np.asarray(found.images[self.rows])

    def measured(self, folder: str) -> dict[str, float]:
        """Return all measures of a folder of fakes, of the VIS images or of their true NIR."""
        if folder in ("VIS", "NIR-true"):
            images = self.vis if folder == "VIS" else self.paired(folder)
        else:
            images = np.asarray(packed.read(self.store / folder).images[self.rows])
        sample = ImageSample(images, self.vis, self.truth, self.people)
        found = measure(
            self.networks, {folder: sample}, self.real, count=len(images), side_px=SIDE_PX,
            rng=np.random.default_rng(0), known=self.known, floor=False, memory=self.memory,
        )  # fmt: skip
        values = {str(row["metric"]): float(row["value"]) for row in found.rows}
        return values | self.candidates(images)

    def candidates(self, images: np.ndarray) -> dict[str, float]:
        """Return further measures, all better when higher."""
        x, nir = to_luminance(images, SIDE_PX), first_rows(self.known.nir.names())
        real, names = self.known.nir.images[nir], self.known.nir.names()[nir]
        y = to_luminance(real, SIDE_PX)
        values = {}
        for name, network in (
            ("face", self.networks.embeddings),
            ("recognizer", self.networks.recognizer),
        ):
            fakes, others = (unit(self.memory.ask(name, network, batch)) for batch in (x, y))
            values |= {
                f"{key} ({name})": value
                for key, value in identity_measures(fakes, self.people, others, names).items()
            }
        for sigma in (2, 4):
            low, other = (low_passed(batch.numpy()[:, 0], sigma) for batch in (x, y))
            values[f"low-passed pixels, sigma {sigma} px: minus FD"] = -frechet_distance(other, low)
        return values


def identity_measures(
    fakes: np.ndarray, people: np.ndarray, nir: np.ndarray, nir_people: np.ndarray
) -> dict[str, float]:
    """Compare fakes with real NIR images of their own people and of others, (N, D) and (M, D)."""
    cosines, same = fakes @ nir.T, people[:, None] == nir_people[None]
    difference = cosines[same].mean() - cosines[~same].mean()
    names = np.unique(people)
    centres = unit(np.stack([fakes[people == name].mean(0) for name in names]))
    known = np.isin(nir_people, names)
    guessed = names[(nir[known] @ centres.T).argmax(1)]
    return {
        "cosine with own NIR": float(cosines[same].mean()),
        "own NIR nearer than others', in deviations": float(
            difference / np.sqrt((cosines[same].var() + cosines[~same].var()) / 2)
        ),
        "real NIR classified by fakes": float((guessed == nir_people[known]).mean()),
    }


def low_passed(images: np.ndarray, sigma: float) -> np.ndarray:
    """Blur images and take every `sigma`-th pixel: (N, S, S) uint8 => (N, D) float64."""
    step = int(sigma)
    blurred = gaussian_filter(images.astype(np.float64), (0, sigma, sigma))
    return blurred[:, ::step, ::step].reshape(len(images), -1)


def sample_of(images: packed.Packed) -> ImageSample:
    """Return packed images with their people."""
    return ImageSample(images.images, people=images.index["subject"].to_numpy(str))


def first_rows(people) -> np.ndarray:
    """Return the rows of the first images of each person."""
    return np.flatnonzero(pd.Series(np.asarray(people)).groupby(people).cumcount() < PER_PERSON)


def first_recognizer(folder: Path, device: torch.device):
    """Return the embeddings of the recognizer before its fine-tuning, as a function of images."""
    network = Recognizer(classes=1)
    load_trunk(network, folder / RESULT)
    side_px = json.loads((folder / "stage.json").read_text())["settings"]["side_px"]

    def embeddings(images: torch.Tensor) -> np.ndarray:
        crops = images.permute(0, 2, 3, 1).numpy()
        return embed(network, crops, side_px, "grey", device=device).embeddings

    return embeddings


def measure_all(found: list[Point], table: Path) -> pd.DataFrame:
    """Return one row per image set and measure; `table` is the file that keeps them."""
    rows = packed.read_table(table) if table.exists() else pd.DataFrame({"key": []})
    stores: dict[Path, StoreMeasures] = {}
    for point in found:
        if (rows["key"] == point.key).any():
            continue
        if point.store not in stores:
            stores[point.store] = StoreMeasures(point.store, point.inputs, torch.device("cpu"))
        values = stores[point.store].measured(point.images)
        new = {"key": point.key, "metric": list(values), "value": list(values.values())}
        rows = pd.concat([rows, pd.DataFrame(new)], ignore_index=True)
        packed.write_table(table, rows)
        click.echo(f"measured {point.name}")
    return rows


def agreements(gains: pd.DataFrame, measures: pd.DataFrame) -> pd.DataFrame:
    """Return rank correlations of each measure with each gain, over translators and all points.

    `rank1_all` also has the VIS images and the true NIR as points; `vis_right` is the share of
    fakes that are on the right side of the VIS images: better if they had a gain, else worse.
    """
    rows, known = [], by_name(quality_metrics.records())
    for metric, own in measures.groupby("metric", sort=False):
        record = known.get(metric) or unknown(metric)
        merged = gains.merge(own, on="key").rename(columns={"group": "seed"})
        fakes = merged[~merged["images"].isin(list(IMAGES.values()))]
        row: dict[str, object] = {"measure": metric, "n": len(fakes)}
        for name in GAINS:
            agreement = agreement_of(fakes.assign(gain=fakes[name]), record.sign, metric)
            row |= {f"{name}_{key}": agreement[key] for key in ("rho", "rho_within", "p")}
        everything = agreement_of(merged.assign(gain=merged["rank1"]), record.sign, metric)
        row["rank1_all"] = everything["rho_within"]
        vis = merged[merged["images"] == "VIS"]["value"].mean()
        if vis == vis:
            better = record.sign * fakes["value"] > record.sign * vis
            row["vis_right"] = (better == (fakes["rank1"] > 0)).mean()
        rows.append(row)
    return pd.DataFrame(rows).sort_values("rank1_all", ascending=False, na_position="last")


@click.command()
@click.argument("stores", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), default=Path("usefulness"))
def main(stores: tuple[Path, ...], out: Path) -> None:
    """Print rank correlations of measures of images with gains in STORES, folders `stages`."""
    torch.set_num_threads(1)
    once = {(point.key, point.group): point for store in stores for point in points(store)}
    training = Counter(point.training for point in once.values()).most_common(1)[0][0]
    found = sorted(once.values(), key=lambda point: point.name)
    found = [point for point in found if point.training == training]
    if sum(point.images not in IMAGES.values() for point in found) < FEWEST:
        raise click.ClickException(
            f"fewer than {FEWEST} translators with a gain: nothing to compare"
        )
    out.mkdir(parents=True, exist_ok=True)
    gains = pd.DataFrame(
        [{"name": point.name, "images": point.images, "key": point.key, "group": point.group[:8],
          **point.gains} for point in found]
    )  # fmt: skip
    gains.to_csv(out / "gains.csv", index=False, float_format="%.6g")
    table = agreements(gains, measure_all(found, out / "measures.csv"))
    table.to_csv(out / "agreement.csv", index=False, float_format="%.4g")
    with pd.option_context("display.width", 200):
        click.echo(table.to_string(index=False, float_format=lambda x: f"{x:.2f}"))


if __name__ == "__main__":
    main()
