"""Which measure of images foretells what fakes are good for?

    python benchmarks/usefulness.py runs/stages runs-of-another-preset/stages
    python benchmarks/usefulness.py --out docs/results/usefulness runs/stages

Reads the stages of finished runs: every translator whose fakes a recognizer was fine-tuned with is
a point, with the gain over the baseline of the same seed; fine-tuning has to be as in most others.
Measures the fakes of each again, by all that generators/quality.py has and by further candidates,
and prints for each measure its rank correlation with the gain (docs/usefulness.md has what was
found). `measures.csv` in the output folder is kept: what is in it is not measured again.
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
IMAGES = {"fakes": "", "twice": "VIS", "oracle": "NIR-true"}  # what a training set adds -> folder
NETWORKS = ("efficientnet-lite0", "dlib-face", "dlib-landmarks-5")


@dataclass(frozen=True)
class Point:
    """Images that a recognizer was fine-tuned with, and what was gained by them.

    `images`: the folder of fakes, "VIS" or "NIR-true". `key`: the same images have the same one,
    in whatever store. `group`: the baseline; points of one group share its training
    variation. `training`: how the recognizer was fine-tuned.
    """

    store: Path
    name: str
    images: str
    key: str
    group: str
    training: str
    inputs: dict[str, str]
    gains: dict[str, float]


def records(store: Path, kind: str) -> dict[str, dict]:
    """The records of the finished stages of one kind, by folder name."""
    found = sorted(store.glob(f"{kind}-*/stage.json"))
    return {path.parent.name: json.loads(path.read_text(encoding="utf-8")) for path in found}


def points(store: Path) -> Iterator[Point]:
    """Every translator with a gain; the VIS images again, and the true NIR, where they were run."""
    finetunes = records(store, "finetune")
    scores = {
        record["inputs"]["recognizer"]: store / folder
        for folder, record in records(store, "score").items()
        if "recognizer" in record["inputs"]
    }
    scored = {name: record for name, record in finetunes.items() if name in scores}
    baselines = {key_of(each): name for name, each in scored.items() if extra_of(each) == ""}
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
    """What a training set adds to the real images; None for points of curves and mixed-up ones."""
    settings, inputs = record["settings"], record["inputs"]
    mixture = settings.get("mixture")
    if mixture is None:  # of runs before there were controls
        return "oracle" if settings["oracle"] else "fakes" if "fakes" in inputs else ""
    if mixture["shuffled"] or mixture["share"] != 1 or not mixture["real"] or "@" in record["name"]:
        return None
    return mixture["extra"]


def key_of(record: dict) -> str:
    """What a training set and its baseline have in common."""
    inputs = {role: name for role, name in record["inputs"].items() if role != "fakes"}
    settings = {name: value for name, value in record["settings"].items() if name != "oracle"}
    if "mixture" in settings:
        settings["mixture"] = settings["mixture"] | {"extra": ""}
    return json.dumps([settings, inputs], sort_keys=True)


def images_of(store: Path, record: dict, extra: str) -> tuple[str, str, str]:
    """Name, images and key of what a training set adds."""
    if extra != "fakes":
        return extra, IMAGES[extra], f"{extra} of {record['inputs']['aligned']}"
    folder = record["inputs"]["fakes"]
    made = json.loads((store / folder / "stage.json").read_text())
    trained = json.loads((store / made["inputs"]["translator"] / "stage.json").read_text())
    settings = trained["settings"]
    name = f"{settings['variant']}:{settings['seed']}:{settings['generator']['steps']}"
    return name, folder, made["files"]["images.npy"][1][:16]


def mean_outcomes(folder: Path) -> dict[str, float]:
    rows = packed.read_table(folder / "outcomes.csv")
    return {
        name: rows[(rows["protocol"] == where) & (rows["metric"] == name)]["value"].mean()
        for name, where in GAINS.items()
    }


class Bench:
    """Measures the fakes of one store: one split and one recognizer before its fine-tuning."""

    def __init__(self, store: Path, inputs: dict[str, str], device: torch.device) -> None:
        self.store, self.aligned = store, store / inputs["aligned"]
        self.parts = packed.read_table(store / inputs["split"] / "split.csv")
        paths = [weights.ensure(name, cache_folder()) for name in NETWORKS]
        recognizer = first_recognizer(store / inputs["initial"], device)
        self.networks = FeatureNetworks.load(*paths[:2], device, paths[2], recognizer=recognizer)
        self.memory = Memory()
        vis, nir = (select(self.aligned, self.parts, "train", kind) for kind in ("VIS", "NIR"))
        self.rows = few_rows(vis.index["subject"])
        self.people = vis.index["subject"].to_numpy(str)[self.rows]
        self.vis = np.asarray(vis.images[self.rows])
        self.known = Known(sample_of(nir), ImageSample(self.vis, people=self.people))
        held_out = [select(self.aligned, self.parts, part, "NIR") for part in ("held_out", "probe")]
        images = np.concatenate([part.images for part in held_out])
        people = np.concatenate([part.index["subject"].to_numpy(str) for part in held_out])
        self.real = ImageSample(images, people=people)
        self.truth = self.paired("NIR-clean")

    def paired(self, folder: str) -> np.ndarray | None:
        """The NIR images of the same shots, on rendered faces."""
        if not (self.aligned / folder).exists():
            return None
        found = select(self.aligned, self.parts, "train", "VIS", folder=folder)
        return np.asarray(found.images[self.rows])

    def measured(self, folder: str) -> dict[str, float]:
        """Every measure of a folder of fakes, of the VIS images or of their true NIR."""
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
        """Further measures, all better when higher."""
        x, nir = to_luminance(images, SIDE_PX), few_rows(self.known.nir.names())
        real, names = self.known.nir.images[nir], self.known.nir.names()[nir]
        y = to_luminance(real, SIDE_PX)
        values = {}
        for judge, ask in (
            ("face", self.networks.embeddings),
            ("recognizer", self.networks.recognizer),
        ):
            fakes, others = (unit(self.memory.ask(judge, ask, each)) for each in (x, y))
            values |= {
                f"{key} ({judge})": value
                for key, value in identity_measures(fakes, self.people, others, names).items()
            }
        for sigma in (2, 4):
            low, other = (low_passed(each.numpy()[:, 0], sigma) for each in (x, y))
            values[f"low-passed pixels, sigma {sigma} px: minus FD"] = -frechet_distance(other, low)
        return values


def identity_measures(
    fakes: np.ndarray, people: np.ndarray, nir: np.ndarray, nir_people: np.ndarray
) -> dict[str, float]:
    """How fakes lie to the real NIR images of their own people, and to those of others."""
    alike, same = fakes @ nir.T, people[:, None] == nir_people[None]
    gap = alike[same].mean() - alike[~same].mean()
    names = np.unique(people)
    centres = unit(np.stack([fakes[people == name].mean(0) for name in names]))
    known = np.isin(nir_people, names)
    guessed = names[(nir[known] @ centres.T).argmax(1)]
    return {
        "cosine with own NIR": float(alike[same].mean()),
        "own NIR nearer than others', in deviations": float(
            gap / np.sqrt((alike[same].var() + alike[~same].var()) / 2)
        ),
        "real NIR classified by fakes": float((guessed == nir_people[known]).mean()),
    }


def low_passed(images: np.ndarray, sigma: float) -> np.ndarray:
    """(N, S, S) uint8 => (N, D) blurred, every `sigma`-th pixel."""
    step = int(sigma)
    blurred = gaussian_filter(images.astype(np.float64), (0, sigma, sigma))
    return blurred[:, ::step, ::step].reshape(len(images), -1)


def sample_of(images: packed.Packed) -> ImageSample:
    return ImageSample(images.images, people=images.index["subject"].to_numpy(str))


def few_rows(people) -> np.ndarray:
    """The first images of each person."""
    return np.flatnonzero(pd.Series(np.asarray(people)).groupby(people).cumcount() < PER_PERSON)


def first_recognizer(folder: Path, device: torch.device):
    """The recognizer before its fine-tuning, as a judge of images."""
    network = Recognizer(classes=1)
    load_trunk(network, folder / RESULT)
    side_px = json.loads((folder / "stage.json").read_text())["settings"]["side_px"]

    def judge(images: torch.Tensor) -> np.ndarray:
        crops = images.permute(0, 2, 3, 1).numpy()
        return embed(network, crops, side_px, "grey", device).embeddings

    return judge


def measure_all(found: list[Point], table: Path) -> pd.DataFrame:
    """A row per point's images and measure."""
    rows = pd.read_csv(table) if table.exists() else pd.DataFrame({"key": []})
    benches: dict[Path, Bench] = {}
    for each in found:
        if (rows["key"] == each.key).any():
            continue
        if each.store not in benches:
            benches[each.store] = Bench(each.store, each.inputs, torch.device("cpu"))
        values = benches[each.store].measured(each.images)
        new = {"key": each.key, "metric": list(values), "value": list(values.values())}
        rows = pd.concat([rows, pd.DataFrame(new)], ignore_index=True)
        rows.to_csv(table, index=False)
        click.echo(f"measured {each.name}")
    return rows


def agreements(gains: pd.DataFrame, measures: pd.DataFrame) -> pd.DataFrame:
    """Per measure: rank correlations with each gain over translators, then with the others too.

    `rank1_all` has the VIS images and the true NIR as points; `vis_right` is the share of fakes on
    the side of the VIS images on which they should be: better where they gained, else worse.
    """
    rows, known = [], by_name(quality_metrics.records())
    for metric, own in measures.groupby("metric", sort=False):
        how = known.get(metric) or unknown(metric)
        here = gains.merge(own, on="key").rename(columns={"group": "seed"})
        fakes = here[~here["images"].isin(list(IMAGES.values()))]
        row: dict[str, object] = {"measure": metric, "n": len(fakes)}
        for name in GAINS:
            told = agreement_of(
                fakes.assign(gain=fakes[name]),
                how.sign,
                metric,
            )
            row |= {f"{name}_{key}": told[key] for key in ("rho", "rho_within", "p")}
        everything = agreement_of(here.assign(gain=here["rank1"]), how.sign, metric)
        row["rank1_all"] = everything["rho_within"]
        vis = here[here["images"] == "VIS"]["value"].mean()
        if vis == vis:
            better = how.sign * fakes["value"] > how.sign * vis
            row["vis_right"] = (better == (fakes["rank1"] > 0)).mean()
        rows.append(row)
    return pd.DataFrame(rows).sort_values("rank1_all", ascending=False, na_position="last")


@click.command()
@click.argument("stores", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), default=Path("usefulness"))
def main(stores: tuple[Path, ...], out: Path) -> None:
    """Rank correlations of measures of images with gains, over the STORES (folders `stages`)."""
    torch.set_num_threads(1)
    once = {(each.key, each.group): each for store in stores for each in points(store)}
    alike = Counter(each.training for each in once.values()).most_common(1)
    found = sorted(once.values(), key=lambda each: each.name)
    found = [each for each in found if each.training == alike[0][0]]
    if sum(each.images not in IMAGES.values() for each in found) < FEWEST:
        raise click.ClickException(f"fewer than {FEWEST} translators with a gain: nothing to tell")
    out.mkdir(parents=True, exist_ok=True)
    gains = pd.DataFrame(
        [{"name": each.name, "images": each.images, "key": each.key, "group": each.group[:8],
          **each.gains} for each in found]
    )  # fmt: skip
    gains.to_csv(out / "gains.csv", index=False, float_format="%.6g")
    table = agreements(gains, measure_all(found, out / "measures.csv"))
    table.to_csv(out / "agreement.csv", index=False, float_format="%.4g")
    with pd.option_context("display.width", 200):
        click.echo(table.to_string(index=False, float_format=lambda x: f"{x:.2f}"))


if __name__ == "__main__":
    main()
