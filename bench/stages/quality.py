"""Measures image quality: of one variant's fakes, or of the untranslated images and the floor.

The stage of the untranslated images keeps the outputs of the feature networks
(`answers.safetensors`). The stages of the variants have it as the input `untranslated` and do not
compute these outputs again.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from pydantic import BaseModel
from torch import Tensor

from bench import weights
from bench.running.store import Job
from bench.running.versions import stage
from bench.stages.added_metrics import AddedMetrics
from bench.stages.parts import read_split, select
from faces import packed
from faces.common.compute import choose_device
from faces.packed import Packed
from generators import quality_metrics
from generators.quality import (
    FeatureNetworks,
    ImageSample,
    Known,
    Memory,
    Row,
    TooFewImages,
    measure,
)
from recognizer.embedding import embed
from recognizer.network import Recognizer, load_trunk
from recognizer.settings import Colour
from recognizer.training import RESULT

NETWORKS = ("efficientnet-lite0", "dlib-face", "dlib-landmarks-5")
INCEPTION = "fid-inception"  # FID and KID: measured where the file is there, else left out
DRAW_SEED = 0  # the same half of the real images, and the same shots, for every variant and seed
ANSWERS = "answers.safetensors"
COLUMNS = ("images", "metric", "value", "n", "ci_low", "ci_high")
COPY_COLUMNS = ("images", "subject", "shot", "training_subject", "training_shot",
                "distance", "allowed")  # fmt: skip


class FirstRecognizer(BaseModel):
    """The recognizer before its fine-tuning; its weights are published ones, or an input."""

    side_px: int
    colour: Colour
    weights: str
    weights_sha256: str = ""


class QualityStageSettings(AddedMetrics):
    """The images that are measured, and the networks that measure them."""

    images: str  # a variant, or "vis" for the untranslated images and the floor
    count: int
    side_px: int
    networks_sha256: tuple[str, ...] = ()
    inception_sha256: str = ""  # of FID's network; empty: no FID and KID
    recognizer: FirstRecognizer | None = None  # none: no distances in its embeddings


@stage(version=4)
def measure_images(job: Job[QualityStageSettings]) -> None:
    """Write `quality.csv`, `copies.csv`, and `omitted.csv` with reasons for omitted metrics.

    quality: images, metric, value, n, ci_low, ci_high. copies: the images of each sample that are
    nearest to a training image, and that image; at distances below `allowed` they count as copies.
    """
    tables: dict[str, list] = {"quality": [], "copies": [], "omitted": []}
    try:
        tables |= _measured(job)
    except TooFewImages as error:  # no reason to lose the recognition
        tables["omitted"] = [{"reason": str(error)}]
    for name, columns in (("quality", COLUMNS), ("copies", COPY_COLUMNS), ("omitted", ["reason"])):
        table = pd.DataFrame(tables[name], columns=list(columns))
        packed.write_table(job.out / f"{name}.csv", table)


def inception_sha256(cache: Path) -> str:
    """Return the hash of FID's network, "" if its file is not in the cache. Downloads nothing."""
    status = weights.report(cache, (weights.find(INCEPTION),))[0]
    there = status.state in (weights.READY, weights.UNCONVERTED)
    return weights.original_sha256(INCEPTION, cache) if there else ""


def _measured(job: Job[QualityStageSettings]) -> dict[str, list]:
    settings = job.settings
    parts, aligned = read_split(job.inputs["split"]), job.inputs["aligned"]
    vis, nir = (select(aligned, parts, "train", spectrum) for spectrum in ("VIS", "NIR"))
    is_untranslated = "fakes" not in job.inputs
    real = [select(aligned, parts, part, "NIR") for part in ("held_out", "probe")]
    memory = _memory(job)
    measured = measure(
        _networks(job),
        dict(_untranslated(aligned, parts, vis)) if is_untranslated else _fakes(job, parts, vis),
        _joined(real),
        known=Known(_sample(nir), _sample(vis)) if len(nir.index) > 1 else None,
        count=settings.count,
        side_px=settings.side_px,
        rng=np.random.default_rng(DRAW_SEED),
        floor=is_untranslated,
        memory=memory,
        progress=job.progress,
    )
    if is_untranslated:
        memory.save(job.out / ANSWERS)
    images = {"real": pd.concat([part.index for part in real])}
    copies = [_named(pair, images.get(str(pair["images"]), vis.index), nir.index)
              for pair in measured.pairs]  # fmt: skip
    return {"quality": measured.rows, "copies": copies, "omitted": _left_out(settings)}


def _untranslated(
    aligned: Path, parts: pd.DataFrame, vis: Packed
) -> Iterator[tuple[str, ImageSample]]:
    """Yield the VIS images and, of rendered people, the NIR images of the same shots."""
    truth = _truth(aligned, parts)
    yield "vis", replace(_sample(vis), truth=truth)
    if truth is not None:
        again = select(aligned, parts, "train", "VIS", folder="NIR-true")
        yield "reshot", ImageSample(again.images, vis.images, truth, _people(vis))


def _fakes(
    job: Job[QualityStageSettings], parts: pd.DataFrame, vis: Packed
) -> dict[str, ImageSample]:
    fakes = packed.read(job.inputs["fakes"]).images
    truth = _truth(job.inputs["aligned"], parts)
    return {job.settings.images: ImageSample(fakes, vis.images, truth, _people(vis))}


def _truth(aligned: Path, parts: pd.DataFrame) -> np.ndarray | None:
    """Return the noiseless NIR images of the training VIS shots; None unless they were rendered."""
    if not (aligned / "NIR-clean").exists():
        return None
    return select(aligned, parts, "train", "VIS", folder="NIR-clean").images


def _sample(images: Packed) -> ImageSample:
    return ImageSample(images.images, people=_people(images))


def _people(images: Packed) -> np.ndarray:
    return images.index["subject"].to_numpy(str)


def _joined(parts: list[Packed]) -> ImageSample:
    return ImageSample(
        np.concatenate([part.images for part in parts]),
        people=np.concatenate([_people(part) for part in parts]),
    )


def _named(pair: Row, images: pd.DataFrame, training: pd.DataFrame) -> Row:
    """Return a pair with subjects and shots instead of the numbers of its rows."""
    own, other = images.iloc[pair["row"]], training.iloc[pair["training_row"]]
    names = {"subject": own["subject"], "shot": own["shot"]}
    names |= {"training_subject": other["subject"], "training_shot": other["shot"]}
    return names | {name: pair[name] for name in ("images", "distance", "allowed")}


def _memory(job: Job[QualityStageSettings]) -> Memory:
    if "untranslated" not in job.inputs or not (job.inputs["untranslated"] / ANSWERS).exists():
        return Memory()
    return Memory.load(job.inputs["untranslated"] / ANSWERS)


def _networks(job: Job[QualityStageSettings]) -> FeatureNetworks:
    lite0, face = (weights.ensure(name, job.machine.cache) for name in NETWORKS[:2])
    landmarks = weights.ensure(NETWORKS[2], job.machine.cache)
    inception = None
    if job.settings.inception_sha256:
        inception = weights.ensure(INCEPTION, job.machine.cache)
    device = choose_device(job.machine.device)
    return FeatureNetworks.load(
        lite0,
        face,
        device,
        predictor=landmarks,
        inception=inception,
        recognizer=_recognizer(job, device),
    )


def _recognizer(
    job: Job[QualityStageSettings], device: torch.device
) -> Callable[[Tensor], np.ndarray] | None:
    """Return the function from images to embeddings of the recognizer before its fine-tuning."""
    chosen = job.settings.recognizer
    if chosen is None:
        return None
    if "initial" in job.inputs:
        path = job.inputs["initial"] / RESULT
    else:
        path = weights.ensure(chosen.weights, job.machine.cache)
    network = Recognizer(classes=1)
    load_trunk(network, path)

    def embeddings(images: Tensor) -> np.ndarray:
        crops = images.permute(0, 2, 3, 1).numpy()
        return embed(network, crops, chosen.side_px, chosen.colour, device=device).embeddings

    return embeddings


def _left_out(settings: QualityStageSettings) -> list[dict[str, str]]:
    if settings.inception_sha256:
        return []
    names = [record.name for record in quality_metrics.records() if INCEPTION in record.needs]
    why = f"the weights {INCEPTION} are not there (`bench fetch {INCEPTION}`)"
    return [{"reason": f"{' and '.join(names)} are left out: {why}"}]
