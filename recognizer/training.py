"""Trains the recognizer, for pretraining and fine-tuning; running it again resumes.

The number of optimizer steps is a setting and the same for all training sets, so that more data
does not mean more training. BatchNorm keeps the library's momentum, and every batch has images of
all sets, so its running statistics describe the mixture.
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from faces.common import checkpoint
from faces.common.compute import autocast
from faces.common.errors import DataError, StageError, UsageError
from faces.common.files import write_text
from faces.common.progress import Progress, silent
from recognizer import network
from recognizer.batches import SAMPLERS, ImageSet, augment
from recognizer.images import prepare, to_input
from recognizer.settings import TrainingSettings

RESULT = "recognizer.safetensors"
FETCH_EVERY_ON_GPU = 20  # steps between reading losses, since each time waits for the device


def train(
    settings: TrainingSettings,
    image_sets: Sequence[ImageSet],
    classes: int,
    initial: Path | None,
    *,
    out: Path,
    seed: int,
    device: torch.device,
    progress: Progress = silent,
) -> Path:
    """Train on `image_sets` for `settings.steps` steps; return the path of the weights in `out`.

    The weights start at random if `initial` is None, otherwise from that file, with a new
    classifier. Writes `losses.csv`, and `recognizer.safetensors` last: if it exists, nothing is
    done. Raises StageError for a loss that is not finite, DataError for labels outside 0 .. classes
    - 1 or too few classes, UsageError for checkpoints of other settings.
    """
    if (out / RESULT).exists():
        checkpoint.delete_all(out)
        return out / RESULT
    out.mkdir(parents=True, exist_ok=True)
    _check(image_sets, classes)
    with _own_random_state(device, seed):
        training = _Training(settings, image_sets, classes, initial, seed=seed, device=device)
        training.resume(out)
        training.run(out, progress)
    write_text(out / "losses.csv", training.losses_csv())
    network.save(training.network, out / RESULT, _provenance(training, image_sets, initial))
    checkpoint.delete_all(out)
    return out / RESULT


def learning_rate(settings: TrainingSettings, step: int) -> float:
    """Return the learning rate of step 0, 1, ...: divided by ten at each drop."""
    drops = sum(step >= fraction * settings.steps for fraction in settings.learning_rate_drops)
    return settings.learning_rate * 0.1**drops


class _Training:
    """The state of a training, which is saved and restored as a whole."""

    def __init__(
        self,
        settings: TrainingSettings,
        image_sets: Sequence[ImageSet],
        classes: int,
        initial: Path | None,
        *,
        seed: int,
        device: torch.device,
    ) -> None:
        self.settings, self.seed, self.device = settings, seed, device
        self.identity = settings.model_dump_json() + f" seed={seed} classes={classes}"
        self.images = [_on(device, image_set, settings) for image_set in image_sets]
        self.labels = [
            torch.from_numpy(image_set.labels.astype(np.int64)).to(device)
            for image_set in image_sets
        ]
        self.network = _first_network(settings, classes, initial, device)
        self.optimizer = torch.optim.Adam(
            self.network.parameters(),
            settings.learning_rate,
            weight_decay=settings.weight_decay,
            fused=True,
        )
        draw_seed, augment_seed = np.random.SeedSequence(seed).generate_state(2).tolist()
        self.sampler = SAMPLERS[settings.mixing](
            [len(image_set.images) for image_set in image_sets], draw_seed
        )
        self.augmentation = torch.Generator().manual_seed(augment_seed)
        self.losses: list[float] = []
        self.pending: list[torch.Tensor] = []  # losses of the latest steps, still on the device

    @property
    def step(self) -> int:
        """The number of steps done."""
        return len(self.losses) + len(self.pending)

    def run(self, out: Path, progress: Progress) -> None:
        """Make all remaining steps, with checkpoints in `out`."""
        fetch_every = FETCH_EVERY_ON_GPU if self.device.type == "cuda" else 1
        while self.step < self.settings.steps:
            self.pending.append(self.one_step())
            due = self.step % self.settings.checkpoint_every_steps == 0
            if due or self.step % fetch_every == 0 or self.step == self.settings.steps:
                self.fetch_losses()
                progress(self.step, self.settings.steps, {"loss": self.losses[-1]})
            if due and self.step < self.settings.steps:
                checkpoint.save(out, self.step, self.state())

    def one_step(self) -> torch.Tensor:
        """Make one optimizer step; return its loss, () float32 on the device."""
        inputs, labels = self.batch()
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(self.settings, self.step)
        with autocast(self.device, self.settings.precision):
            logits = self.network(inputs)
        loss = functional.cross_entropy(logits.float(), labels)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.detach()

    def batch(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the next batch, set by set: N3HW float32 in [-1, 1], (N,) int64 labels."""
        chosen = [rows.to(self.device) for rows in self.sampler.next(self.settings.batch)]
        images = torch.cat([of_set[rows] for of_set, rows in zip(self.images, chosen, strict=True)])
        labels = torch.cat([of_set[rows] for of_set, rows in zip(self.labels, chosen, strict=True)])
        return to_input(augment(images, self.settings, self.augmentation)), labels

    def fetch_losses(self) -> None:
        """Read the pending losses from the device. Raises StageError where one is not finite."""
        for loss in torch.stack(self.pending).tolist():
            if not math.isfinite(loss):
                raise StageError(
                    f"recognizer training: the loss of step {len(self.losses) + 1} is {loss}; "
                    "lower recognizer.learning_rate or set recognizer.precision=float32",
                    step=len(self.losses) + 1,
                )
            self.losses.append(loss)
        self.pending = []

    def state(self) -> dict[str, Any]:
        """Return everything that the remaining steps depend on."""
        on_gpu = self.device.type == "cuda"
        return {
            "identity": self.identity,
            "device": self.device.type,
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "sampler": self.sampler.state(),
            "alterations": self.augmentation.get_state(),
            "dropout": torch.cuda.get_rng_state(self.device) if on_gpu else torch.get_rng_state(),
            "losses": torch.tensor(self.losses, dtype=torch.float64),
        }

    def resume(self, folder: Path) -> None:
        """Continue from the newest checkpoint in a folder, if there is one of this type of device.

        Raises UsageError for a checkpoint of other settings.
        """
        state = checkpoint.load_newest(folder)
        if state is None or state["device"] != self.device.type:
            return  # the random states of a GPU and of a CPU cannot be exchanged
        if state["identity"] != self.identity:
            raise UsageError(f"{folder}: checkpoints of other settings; delete the folder")
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.sampler.restore(state["sampler"])
        self.augmentation.set_state(state["alterations"])
        if self.device.type == "cuda":
            torch.cuda.set_rng_state(state["dropout"], self.device)
        else:
            torch.set_rng_state(state["dropout"])
        self.losses = state["losses"].tolist()

    def losses_csv(self) -> str:
        """Return the content of `losses.csv`."""
        rows = [
            f"{step + 1},{learning_rate(self.settings, step):.6g},{loss!r}"
            for step, loss in enumerate(self.losses)
        ]
        return "\n".join(["step,learning_rate,loss", *rows]) + "\n"


def _first_network(
    settings: TrainingSettings, classes: int, initial: Path | None, device: torch.device
) -> network.Recognizer:
    """Return the network before the first step, on the device."""
    first = network.Recognizer(classes, settings.dropout)
    if initial is not None:
        network.load_trunk(first, initial)
    first.train().to(device)
    return first.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch lacks it


def _on(device: torch.device, images: ImageSet, settings: TrainingSettings) -> torch.Tensor:
    """Return all images of a set, resized: NHWC uint8 on the device."""
    return torch.from_numpy(prepare(images.images, settings.side_px, settings.colour)).to(device)


@contextmanager
def _own_random_state(device: torch.device, seed: int) -> Iterator[None]:
    """Seed torch's global random state, for first weights and dropout, and restore it after."""
    with torch.random.fork_rng([device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        yield


def _check(image_sets: Sequence[ImageSet], classes: int) -> None:
    """Raise DataError where there are too few classes or images, or labels outside the classes."""
    if classes < 2 or not image_sets:
        raise DataError("a recognizer needs images of at least 2 subjects to train on")
    for image_set in image_sets:
        if image_set.labels.min() < 0 or image_set.labels.max() >= classes:
            raise DataError(
                f"training images of kind {image_set.name}: labels beyond {classes - 1}"
            )


def _provenance(
    training: _Training, image_sets: Sequence[ImageSet], initial: Path | None
) -> dict[str, object]:
    """Return what the header of the weights says of their training."""
    return {
        "settings": training.settings.model_dump(mode="json"),
        "seed": training.seed,
        "images": {image_set.name: len(image_set.images) for image_set in image_sets},
        "initial": None if initial is None else network.provenance(initial),
    }
