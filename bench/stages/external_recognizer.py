"""Scores probes with the external recognizer: dlib's face network, which is never trained here.

It gets the same images as the other recognizers: VIS gallery and NIR probes as luminance, at the
side of the aligned crops. Where it matches nearly every probe, fakes can gain little. dlib compares
Euclidean distances of embeddings of nearly equal length. Here the embeddings are normalized, so
that cosines have the order of the distances and the same code can score them.
"""

from collections.abc import Callable

import numpy as np
import torch
from safetensors.torch import load_file
from torch import nn

from bench import weights
from bench.running.store import Job
from bench.running.versions import stage
from bench.stages.added_metrics import AddedMetrics
from bench.stages.examples import for_thresholds
from bench.stages.parts import read_split, select
from faces.common.compute import choose_device, full_float32
from faces.common.progress import JoinedProgress, Progress
from faces.networks import inference
from faces.networks.dlib_resnet import EMBEDDING, DlibFaceNet, aligned_chips
from recognizer.matching import match
from recognizer.tables import Tables, images_found

NETWORK = "dlib-face"


class ExternalSettings(AddedMetrics):
    """The network, and the settings of matching as in `RecognizerSettings`."""

    network_sha256: str
    gallery_draws: int
    far_targets: tuple[float, ...]


@stage(version=3)
def score(job: Job[ExternalSettings]) -> None:
    """Write the outcome of every unseen probe; empty tables where the protocol has none."""
    settings = job.settings
    parts = read_split(job.inputs["split"])
    gallery, probe = (
        select(job.inputs["aligned"], parts, *part_and_spectrum, found_only=False)
        for part_and_spectrum in (("gallery", "VIS"), ("probe", "NIR"))
    )
    tables = Tables()
    if len(probe.index):
        device = choose_device(job.machine.device)
        path = weights.ensure(NETWORK, job.machine.cache)
        training = for_thresholds(job.inputs["aligned"], parts)
        embedded = [gallery, probe, *([training.vis, training.nir] if training else [])]
        total = images_found(*(images.index for images in embedded))
        progress = JoinedProgress(job.progress, total)
        embed = embedder(ready(load_file(path), device), device, progress)
        tables = match(
            gallery,
            probe,
            embed,
            draws=settings.gallery_draws,
            far_targets=settings.far_targets,
            training=training,
        )
    tables.write(job.out)


def ready(state: dict[str, torch.Tensor], device: torch.device) -> DlibFaceNet:
    """Return the network with its weights, in evaluation mode."""
    return inference.load_frozen(DlibFaceNet(), state, device)


def embedder(
    network: DlibFaceNet, device: torch.device, progress: Progress
) -> Callable[[np.ndarray, str], np.ndarray]:
    """Return the function from (N, S, S, 1 or 3) uint8 crops to (N, 128) float32 of length 1.

    Its second argument, the spectrum, makes no difference to this network.
    """
    batch = inference.batch_size(device)

    @torch.inference_mode()
    @full_float32()
    def embed(images: np.ndarray, spectrum: str) -> np.ndarray:
        embeddings = np.empty((len(images), EMBEDDING), np.float32)
        for start in range(0, len(images), batch):
            rows = slice(start, min(start + batch, len(images)))
            features = network(aligned_chips(inference.luminance_batch(images[rows]).to(device)))
            embeddings[rows] = nn.functional.normalize(features).cpu().numpy()
            progress(rows.stop, len(images), {})
        return embeddings

    return embed
