"""Estimates the statistics of BatchNorm again, on images of one spectrum, without names.

A BatchNorm layer keeps the mean and the variance of its inputs. A recognizer that was trained on
VIS images keeps those of VIS, also where it is shown NIR. Li et al. 2016, "Revisiting Batch
Normalization For Practical Domain Adaptation" (AdaBN), replace them by those of the images of the
other domain and leave every weight as it is: the cheapest use of unlabelled NIR images, and so the
rival of any fake.

The statistics are those of Wu & Johnson 2021, "Rethinking 'Batch' in BatchNorm", section 3.2: each
batch is normalized by its own statistics, as in training, and what all batches say is put together
at the end.
"""

import copy
import math

import numpy as np
import torch
from torch import nn

from faces.common.compute import full_float32
from faces.common.errors import DataError
from faces.common.progress import Progress, silent
from recognizer.images import prepare, to_input
from recognizer.network import Recognizer
from recognizer.settings import Colour

BATCH = 64
FEWEST = 2  # images: one has no variance of its features
ORDER_SEED = 0  # batches mix people; the order is the same for every network


def has_batch_norm(network: nn.Module) -> bool:
    """Tell whether there are statistics that could be estimated again."""
    return any(isinstance(module, _BATCH_NORMS) for module in network.modules())


def with_statistics_of(
    network: Recognizer,
    images: np.ndarray,
    *,
    side_px: int,
    colour: Colour,
    device: torch.device,
    progress: Progress = silent,
) -> Recognizer:
    """Return a copy of the network whose BatchNorm statistics are those of the images.

    `images` are (N, S, S, 1 or 3) uint8 aligned crops; the copy is on the CPU and in evaluation
    mode, its weights are those of `network`. Raises DataError for fewer than FEWEST images, and for
    a network without BatchNorm.
    """
    if not has_batch_norm(network):
        raise DataError(
            "BatchNorm statistics: this network has no BatchNorm; set controls.nir_statistics=false"
        )
    if len(images) < FEWEST:
        raise DataError(
            f"BatchNorm statistics: {len(images)} images are too few to estimate them again; "
            f"{FEWEST} are needed (controls.nir_statistics=false leaves them out)"
        )
    adapted = copy.deepcopy(network).eval().to(device)
    adapted = adapted.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch lacks it
    pooled = [_Pooled(layer) for layer in adapted.modules() if isinstance(layer, _BATCH_NORMS)]
    done = 0
    for rows in _batches(len(images)):
        ready = torch.from_numpy(prepare(images[rows], side_px, colour)).to(device)
        _show(adapted, ready)
        done += len(rows)
        progress(done, len(images), {})
    for statistics in pooled:
        statistics.put_together()
    return adapted.cpu()


def _batches(images: int) -> list[np.ndarray]:
    """Divide the rows of N images into batches of equal size, as nearly as N allows."""
    order = np.random.default_rng(ORDER_SEED).permutation(images)
    return np.array_split(order, math.ceil(images / BATCH))


@torch.inference_mode()
@full_float32()
def _show(network: Recognizer, images: torch.Tensor) -> None:
    """Pass (N, S, S, C) uint8 images through the network; its layers look at what they get."""
    network.features(to_input(images))


_BATCH_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d)


class _Pooled:
    """What one BatchNorm layer gets over several batches.

    While it is looked at, the layer normalizes each batch by the batch's own mean and variance.
    """

    def __init__(self, layer: nn.BatchNorm1d | nn.BatchNorm2d) -> None:
        self.layer = layer
        self.values = 0
        self.sums = torch.zeros(layer.num_features, dtype=torch.float64)
        self.squares = torch.zeros_like(self.sums)
        self.hook = layer.register_forward_pre_hook(self._look)
        layer.train()
        layer.track_running_stats = False  # its own statistics wait until all batches were seen

    def _look(self, layer: nn.Module, inputs: tuple[torch.Tensor]) -> None:
        """Add up the values of each channel and their squares: NCHW or NC float32."""
        channels = inputs[0].transpose(0, 1).flatten(1)
        variance, mean = torch.var_mean(channels, 1, correction=0)
        count, mean = channels.shape[1], mean.double().cpu()
        self.values += count
        self.sums += count * mean
        self.squares += count * (variance.double().cpu() + mean**2)

    def put_together(self) -> None:
        """Write mean and variance over all batches into the layer, in evaluation mode from then on.

        The variance is that of a population of which the values are a sample, as in torch.
        """
        mean = self.sums / self.values
        variance = (self.squares / self.values - mean**2).clamp(min=0)
        assert self.layer.running_mean is not None
        assert self.layer.running_var is not None
        self.layer.running_mean.copy_(mean)
        self.layer.running_var.copy_(variance * self.values / (self.values - 1))
        self.hook.remove()
        self.layer.track_running_stats = True
        self.layer.eval()
