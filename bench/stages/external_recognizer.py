"""Scores probes with the external recognizer, a strong one that is never trained here.

dlib's face network, frozen, sees what the others see: VIS gallery and NIR probes as luminance, at
the side of the aligned crops. Where it matches nearly every probe, the photographs leave little to
gain. Its own rule compares Euclidean distances of embeddings of nearly equal length; here they are
brought to one length, so that the cosine, whose order is then the distance's, is scored by the
same code.
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
from bench.stages.parts import read_split, select
from faces.common.compute import choose_device, full_float32
from faces.common.progress import Progress, Whole
from faces.networks import judging
from faces.networks.dlib_resnet import EMBEDDING, DlibFaceNet, aligned_chips
from recognizer.matching import match
from recognizer.tables import Tables, images_found

NETWORK = "dlib-face"


class ExternalSettings(AddedMetrics):
    """The network, and how matches are counted; as in `RecognizerSettings`."""

    network_sha256: str
    gallery_draws: int
    far_targets: tuple[float, ...]


@stage(version=2)
def score(job: Job[ExternalSettings]) -> None:
    """Writes the outcome of every unseen probe; empty tables where the protocol has none."""
    settings = job.settings
    parts = read_split(job.inputs["split"])
    gallery, probe = (
        select(job.inputs["aligned"], parts, *which, found_only=False)
        for which in (("gallery", "VIS"), ("probe", "NIR"))
    )
    tables = Tables()
    if len(probe.index):
        device = choose_device(job.machine.device)
        path = weights.ensure(NETWORK, job.machine.cache)
        progress = Whole(job.progress, images_found(gallery.index, probe.index))
        embed = embedder(ready(load_file(path), device), device, progress)
        tables = match(gallery, probe, embed, settings.gallery_draws, settings.far_targets)
    tables.write(job.out)


def ready(state: dict[str, torch.Tensor], device: torch.device) -> DlibFaceNet:
    """Gives the network with its weights, in evaluation mode."""
    return judging.ready(DlibFaceNet(), state, device)


def embedder(
    network: DlibFaceNet, device: torch.device, progress: Progress
) -> Callable[[np.ndarray], np.ndarray]:
    """-> a function of (N, S, S, 1 or 3) uint8 aligned crops to (N, 128) float32, unit length."""
    batch = judging.batch_size(device)

    @torch.inference_mode()
    @full_float32()
    def embed(images: np.ndarray) -> np.ndarray:
        embeddings = np.empty((len(images), EMBEDDING), np.float32)
        for start in range(0, len(images), batch):
            rows = slice(start, min(start + batch, len(images)))
            features = network(aligned_chips(judging.grey(images[rows]).to(device)))
            embeddings[rows] = nn.functional.normalize(features).cpu().numpy()
            progress(rows.stop, len(images), {})
        return embeddings

    return embed
