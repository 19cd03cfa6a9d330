"""Trains the recognizer, for pretraining and fine-tuning; running it again resumes.

The number of optimizer steps is a setting and the same for every training set: more data must not
mean more training. BatchNorm keeps the library's momentum and sees every kind of image in each
batch; its running statistics therefore describe the mixture.
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
from recognizer.batches import ImageSet, Sampler, augment
from recognizer.images import prepare, to_input
from recognizer.settings import TrainingSettings

RESULT = "recognizer.safetensors"
LOOK_EVERY_ON_GPU = 20  # steps between looks at the loss: each look waits for the device


def train(
    settings: TrainingSettings,
    image_sets: Sequence[ImageSet],
    classes: int,
    initial: Path | None,
    out: Path,
    seed: int,
    device: torch.device,
    progress: Progress = silent,
) -> Path:
    """Trains on `image_sets` for `settings.steps` steps; returns the path of the weights in `out`.

    From scratch where `initial` is None, otherwise from that file's weights with a new classifier.
    Writes `losses.csv`, and `recognizer.safetensors` last: where it exists nothing is done. Raises
    StageError on a loss that is not finite, DataError on labels outside 0 .. classes - 1.
    """
    if (out / RESULT).exists():
        checkpoint.delete_all(out)
        return out / RESULT
    out.mkdir(parents=True, exist_ok=True)
    _check(image_sets, classes)
    with _own_random_state(device, seed):
        training = _Training(settings, image_sets, classes, initial, seed, device)
        training.resume(out)
        training.run(out, progress)
    write_text(out / "losses.csv", training.losses_csv())
    network.save(training.network, out / RESULT, _provenance(training, image_sets, initial))
    checkpoint.delete_all(out)
    return out / RESULT


def learning_rate(settings: TrainingSettings, step: int) -> float:
    """Gives the rate of step 0, 1, ...: a tenth after each of the drops, fractions of all steps."""
    drops = sum(step >= fraction * settings.steps for fraction in settings.learning_rate_drops)
    return settings.learning_rate * 0.1**drops


class _Training:
    """Everything that changes while training, so that it can be saved and restored together."""

    def __init__(
        self,
        settings: TrainingSettings,
        image_sets: Sequence[ImageSet],
        classes: int,
        initial: Path | None,
        seed: int,
        device: torch.device,
    ) -> None:
        self.settings, self.seed, self.device = settings, seed, device
        self.identity = settings.model_dump_json() + f" seed={seed} classes={classes}"
        self.images = [_on(device, s, settings) for s in image_sets]
        self.labels = [torch.from_numpy(s.labels.astype(np.int64)).to(device) for s in image_sets]
        self.network = _first_network(settings, classes, initial, device)
        self.optimizer = torch.optim.Adam(
            self.network.parameters(),
            settings.learning_rate,
            weight_decay=settings.weight_decay,
            fused=True,
        )
        draw_seed, alter_seed = np.random.SeedSequence(seed).generate_state(2).tolist()
        self.sampler = Sampler([len(s.images) for s in image_sets], draw_seed)
        self.alterations = torch.Generator().manual_seed(alter_seed)
        self.losses: list[float] = []
        self.unseen: list[torch.Tensor] = []  # losses of the latest steps, still on the device

    @property
    def step(self) -> int:
        """Steps done."""
        return len(self.losses) + len(self.unseen)

    def run(self, out: Path, progress: Progress) -> None:
        look_every = LOOK_EVERY_ON_GPU if self.device.type == "cuda" else 1
        while self.step < self.settings.steps:
            self.unseen.append(self.one_step())
            due = self.step % self.settings.checkpoint_every_steps == 0
            if due or self.step % look_every == 0 or self.step == self.settings.steps:
                self.look()
                progress(self.step, self.settings.steps, {"loss": self.losses[-1]})
            if due and self.step < self.settings.steps:
                checkpoint.save(out, self.step, self.state())

    def one_step(self) -> torch.Tensor:
        """Makes one optimizer step; returns its loss, a scalar on the device."""
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
        """-> N3HW float32 in [-1, 1], (N,) int64; the kinds one after the other."""
        drawn = [rows.to(self.device) for rows in self.sampler.next(self.settings.batch)]
        images = torch.cat([kind[rows] for kind, rows in zip(self.images, drawn, strict=True)])
        labels = torch.cat([kind[rows] for kind, rows in zip(self.labels, drawn, strict=True)])
        return to_input(augment(images, self.settings, self.alterations)), labels

    def look(self) -> None:
        """Fetches the latest losses. Raises StageError where one is not finite."""
        for loss in torch.stack(self.unseen).tolist():
            if not math.isfinite(loss):
                raise StageError(
                    f"recognizer training: the loss of step {len(self.losses) + 1} is {loss}; "
                    "lower recognizer.learning_rate or set recognizer.precision=float32",
                    step=len(self.losses) + 1,
                )
            self.losses.append(loss)
        self.unseen = []

    def state(self) -> dict[str, Any]:
        on_gpu = self.device.type == "cuda"
        return {
            "identity": self.identity,
            "device": self.device.type,
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "sampler": self.sampler.state(),
            "alterations": self.alterations.get_state(),
            "dropout": torch.cuda.get_rng_state(self.device) if on_gpu else torch.get_rng_state(),
            "losses": torch.tensor(self.losses, dtype=torch.float64),
        }

    def resume(self, folder: Path) -> None:
        """Goes on from the newest checkpoint in a folder, if there is one."""
        state = checkpoint.load_newest(folder)
        if state is None or state["device"] != self.device.type:
            return  # dropout's random state of a GPU means nothing to a CPU
        if state["identity"] != self.identity:
            raise UsageError(f"{folder}: checkpoints of other settings; delete the folder")
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.sampler.restore(state["sampler"])
        self.alterations.set_state(state["alterations"])
        if self.device.type == "cuda":
            torch.cuda.set_rng_state(state["dropout"], self.device)
        else:
            torch.set_rng_state(state["dropout"])
        self.losses = state["losses"].tolist()

    def losses_csv(self) -> str:
        rows = [
            f"{step + 1},{learning_rate(self.settings, step):.6g},{loss!r}"
            for step, loss in enumerate(self.losses)
        ]
        return "\n".join(["step,learning_rate,loss", *rows]) + "\n"


def _first_network(
    settings: TrainingSettings, classes: int, initial: Path | None, device: torch.device
) -> network.Recognizer:
    first = network.Recognizer(classes, settings.dropout)
    if initial is not None:
        network.load_trunk(first, initial)
    first.train().to(device)
    return first.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch lacks it


def _on(device: torch.device, images: ImageSet, settings: TrainingSettings) -> torch.Tensor:
    """All images of a kind, resized, as uint8 on the device: a GPU holds them many times over."""
    return torch.from_numpy(prepare(images.images, settings.side_px, settings.colour)).to(device)


@contextmanager
def _own_random_state(device: torch.device, seed: int) -> Iterator[None]:
    """First weights and dropout draw from torch's global state: seeded here, given back after."""
    with torch.random.fork_rng([device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        yield


def _check(image_sets: Sequence[ImageSet], classes: int) -> None:
    if classes < 2 or not image_sets:
        raise DataError("a recognizer needs images of at least 2 subjects to train on")
    for images in image_sets:
        if images.labels.min() < 0 or images.labels.max() >= classes:
            raise DataError(f"training images of kind {images.kind}: labels beyond {classes - 1}")


def _provenance(
    training: _Training, image_sets: Sequence[ImageSet], initial: Path | None
) -> dict[str, object]:
    return {
        "settings": training.settings.model_dump(mode="json"),
        "seed": training.seed,
        "images": {s.kind: len(s.images) for s in image_sets},
        "initial": None if initial is None else network.provenance(initial),
    }
