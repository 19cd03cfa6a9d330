"""The training loop of every variant: it knows steps, files and random states, but no method.

Resume is calling `train` again with the same arguments: networks, optimizers, memories, the order
of the data and all random states come from the newest checkpoint, and on a CPU the result is the
same to the byte as that of a training which was never interrupted.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from faces.common import checkpoint
from faces.common.compute import choose_device
from faces.common.errors import StageError, UsageError
from faces.common.files import sync
from faces.common.progress import Progress, silent
from faces.packed import Packed
from generators.batches import Batches, center, is_equalized, prepare
from generators.journal import Journal
from generators.method import Variant
from generators.samples import Samples, sampled_steps
from generators.schedule import linear_decay
from generators.settings import GeneratorSettings
from generators.stepper import Stepper
from generators.weights import describe, save_generator

RESULTS = {"generator": "vis_to_nir", "backward": "nir_to_vis"}


def train(
    variant: Variant,
    settings: GeneratorSettings,
    vis: Packed,
    nir: Packed | np.ndarray,
    out: Path,
    seed: int,
    device: str = "cpu",
    features: nn.Module | None = None,
    progress: Progress = silent,
) -> None:
    """Trains a variant; writes both generators' weights, losses.csv and samples/ to `out`.

    `vis` holds aligned crops (N, S, S, 3) uint8, `nir` (M, S, S, 1 or 3), of any side. Raises
    UsageError for a missing perceptual network and StageError where a loss is not finite.
    """
    if all((out / f"{stem}.safetensors").exists() for stem in RESULTS):
        checkpoint.delete_all(out / "checkpoints")  # a kill may have come just before that
        return
    if variant.needs_features and features is None:
        raise UsageError(f"variant {variant.name} needs a perceptual network; none was handed in")
    training = Training(variant, settings, seed, choose_device(device), features)
    training.feed(vis, nir.images if isinstance(nir, Packed) else nir, out)
    training.start_or_resume()
    training.run(progress)
    training.write_results()


class Training:
    """One training of one variant: `feed`, `start_or_resume`, `run`, `write_results`."""

    def __init__(
        self,
        variant: Variant,
        settings: GeneratorSettings,
        seed: int,
        device: torch.device,
        features: nn.Module | None,
    ):
        self.variant, self.settings, self.seed = variant, settings, seed
        self.equalize = settings.equalized(variant.equalize)
        self.stepper = Stepper(variant, settings, seeded(seed, 0), device, features)
        self.name = f"training of variant {variant.name}, seed {seed}"
        self.done = 0

    def feed(self, vis: Packed, nir: np.ndarray, out: Path) -> None:
        """Prepares the images, puts them on the device, and names the output's files."""
        settings = self.settings
        stored = {"vis": self.prepared(vis.images, "VIS"), "nir": self.prepared(nir, "NIR")}
        self.batches = Batches(stored, settings.side_px, settings.batch, seeded(self.seed, 1))
        self.out = out
        self.journal = Journal(
            out / "losses.csv", settings.log_every_steps, settings.steps, self.name
        )
        self.samples = Samples(
            out / "samples",
            center(stored["vis"], settings.side_px),
            vis.index,
            sampled_steps(settings.steps, settings.sample_every_steps),
        )

    def prepared(self, images: np.ndarray, spectrum: str) -> Tensor:
        """(N, C, load, load) uint8 on the device, equalized where the settings say so."""
        equalized = is_equalized(spectrum, self.equalize)
        method = self.settings.equalize_method
        return prepare(images, self.settings.load_px, equalized, method).to(self.stepper.device)

    def start_or_resume(self) -> None:
        """Takes up the newest checkpoint, or begins the output folder anew."""
        self.out.mkdir(parents=True, exist_ok=True)
        state = checkpoint.load_newest(self.out / "checkpoints")
        if state is None:
            self.journal.start()
            self.samples.start()
            return
        if state["identity"] != self.identity():
            raise UsageError(
                f"{self.out}: holds a checkpoint of other settings; name or empty another folder"
            )
        self.load_state_dict(state)

    def run(self, progress: Progress) -> None:
        """All steps that are still to do."""
        settings = self.settings
        while self.done < settings.steps:
            factor = linear_decay(self.done, settings.steps, settings.decay_from)
            terms = self.stepper.step(self.batches.draw(), factor)
            self.done += 1
            self.journal.add(self.done, terms)
            self.samples.take(self.done, self.stepper.method.networks["vis_to_nir"])
            if self.done % settings.checkpoint_every_steps == 0 or self.done == settings.steps:
                self.save()
            progress(self.done, settings.steps, self.journal.latest)

    def save(self) -> None:
        """Writes a checkpoint. Raises StageError instead of saving a state that is not finite."""
        self.journal.require_finite(self.done)
        if (weight := self.stepper.first_not_finite()) is not None:
            raise StageError(
                f"{self.name}: weight {weight} is not finite at step {self.done}; the last good "
                "checkpoint was kept; lower generator.learning_rate or use float32"
            )
        sync(self.journal.path)  # a checkpoint must not know of rows that the disk does not
        checkpoint.save(self.out / "checkpoints", self.done, self.state_dict())

    def identity(self) -> dict[str, Any]:
        """What a checkpoint must agree with to be taken up."""
        lasting = self.settings.model_dump(mode="json", exclude={"checkpoint_every_steps"})
        counts = {name: len(images) for name, images in self.batches.images.items()}
        return {"variant": self.variant.name, "seed": self.seed, "images": counts, **lasting}

    def state_dict(self) -> dict[str, Any]:
        """Everything that the steps to come depend on."""
        return {
            "identity": self.identity(),
            "done": self.done,
            "stepper": self.stepper.state_dict(),
            "batches": self.batches.state_dict(),
            "journal": self.journal.state_dict(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes up a state written by `state_dict`."""
        self.done = state["done"]
        self.stepper.load_state_dict(state["stepper"])
        self.batches.load_state_dict(state["batches"])
        self.journal.load_state_dict(state["journal"], self.stepper.device)

    def write_results(self) -> None:
        """Both generators' weights; then the checkpoints are no longer needed."""
        for stem, name in RESULTS.items():
            header = describe(self.settings, self.variant.name, self.equalize, self.seed, name)
            network = self.stepper.method.networks[name]
            save_generator(self.out / f"{stem}.safetensors", network, header)
        checkpoint.delete_all(self.out / "checkpoints")


def seeded(seed: int, stream: int) -> torch.Generator:
    """A CPU generator for one of the independent streams of randomness of a seed."""
    drawn = np.random.SeedSequence((seed, stream)).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(drawn >> 1))
