"""Trains any variant: the loop handles steps, files and random states, for every method.

To resume, call `train` again with the same arguments: networks, optimizers, memories, the order of
the data and all random states come from the newest checkpoint. On a CPU the result is the same to
the byte as that of an uninterrupted training.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from faces.common import checkpoint
from faces.common.compute import choose_device
from faces.common.errors import DataError, StageError, UsageError
from faces.common.files import sync
from faces.common.progress import Progress, silent
from faces.packed import Packed
from generators.batches import Batches, center, is_equalized, prepare
from generators.journal import Journal
from generators.method import OwnSettings, Variant
from generators.randomness import load_torch_state, seeded, seeded_torch, torch_state
from generators.samples import Samples, sampled_steps
from generators.schedule import linear_decay
from generators.settings import GeneratorSettings
from generators.stepper import Stepper
from generators.weights import describe, save_generator

RESULT, BACKWARD = "generator.safetensors", "backward.safetensors"
DIRECTIONS = {RESULT: "vis_to_nir", BACKWARD: "nir_to_vis"}
WEIGHTS, ORDER, TORCH = range(3)  # streams of a seed's randomness


def train(
    variant: Variant[Any],
    settings: GeneratorSettings,
    vis: Packed,
    nir: Packed | np.ndarray,
    *,
    out: Path,
    seed: int,
    own: OwnSettings | None = None,
    fixed: Mapping[str, nn.Module] | None = None,
    device: str = "cpu",
    progress: Progress = silent,
) -> None:
    """Train a variant, and write its generators' weights, losses.csv and samples/ to `out`.

    `vis` are aligned crops (N, S, S, 3) uint8, `nir` (M, S, S, 1 or 3) uint8, of any side; for a
    variant that needs pairs, row i of both is one shot. `own` are the variant's own settings,
    `fixed` the networks it needs, by name. Raises UsageError for a missing network or a checkpoint
    of other settings, DataError where images do not come in pairs but have to, and StageError where
    a loss is not finite.
    """
    if (out / RESULT).exists():
        checkpoint.delete_all(out / "checkpoints")  # the process may have been killed before that
        return
    own, fixed = own or variant.settings(), fixed or {}
    _require_needs(variant, own, fixed)
    chosen = choose_device(device)
    with seeded_torch(seed, TORCH, chosen):
        training = Training(variant, settings, own, seed=seed, device=chosen, fixed=fixed)
        training.feed(vis, nir.images if isinstance(nir, Packed) else nir, out)
        training.start_or_resume()
        training.run(progress)
        training.write_results()


def _require_needs(variant: Variant[Any], own: OwnSettings, fixed: Mapping[str, nn.Module]) -> None:
    """Raise UsageError with the name of a fixed network that is needed and missing."""
    for name in variant.needs(own):
        if name not in fixed:
            raise UsageError(f"variant {variant.name} needs the network {name}; hand it in")


class Training:
    """One training of one variant: `feed`, `start_or_resume`, `run`, `write_results`."""

    def __init__(
        self,
        variant: Variant[Any],
        settings: GeneratorSettings,
        own: OwnSettings,
        *,
        seed: int,
        device: torch.device,
        fixed: Mapping[str, nn.Module],
    ):
        self.variant, self.settings, self.own, self.seed = variant, settings, own, seed
        self.steps = settings.counted_steps
        generator = seeded(seed, WEIGHTS)
        self.stepper = Stepper(
            variant, settings, own, generator=generator, device=device, fixed=fixed
        )
        # Before any step, so that a network that cannot be saved raises its error now.
        self.headers = self.described()
        self.name = f"training of variant {variant.name}, seed {seed}"
        self.done = 0

    def described(self) -> dict[str, dict[str, str]]:
        """Return the header of each file of weights; the last file is written last."""
        return {
            file: describe(
                network, self.variant, self.settings, seed=self.seed, direction=DIRECTIONS[file]
            )
            for file, network in self.kept_networks().items()
        }

    def kept_networks(self) -> dict[str, nn.Module]:
        """Return the network of each file of weights."""
        method = self.stepper.method
        backward = {} if method.backward is None else {BACKWARD: method.networks[method.backward]}
        return backward | {RESULT: method.networks[method.generator]}

    def feed(self, vis: Packed, nir: np.ndarray, out: Path) -> None:
        """Prepare the images, put them on the device, and set the paths of the output.

        Shapes and dtypes are those of `train`. Raises DataError where pairs are needed and the
        numbers of images differ.
        """
        settings, paired = self.settings, self.variant.needs_pairs
        if paired and len(vis.images) != len(nir):
            raise DataError(
                f"variant {self.variant.name} needs pairs: one NIR image of the same shot for each "
                f"VIS image, not {len(nir)} for {len(vis.images)}"
            )
        stored = {"vis": self.prepared(vis.images, "VIS"), "nir": self.prepared(nir, "NIR")}
        order = seeded(self.seed, ORDER)
        self.batches = Batches(stored, settings.side_px, settings.batch, order, paired=paired)
        self.out = out
        self.journal = Journal(out / "losses.csv", settings.log_every_steps, self.steps, self.name)
        self.samples = Samples(
            out / "samples",
            center(stored["vis"], settings.side_px),
            vis.index,
            sampled_steps(self.steps, settings.sample_every_steps),
        )

    def prepared(self, images: np.ndarray, spectrum: str) -> Tensor:
        """Prepare the images of a spectrum: (N, S, S, C) => (N, C, load, load), uint8.

        They are equalized if the settings say so, and lie on the device.
        """
        equalized = is_equalized(spectrum, self.settings.equalized(self.variant.equalize))
        method = self.settings.equalize_method
        return prepare(images, self.settings.load_px, equalized, method).to(self.stepper.device)

    def start_or_resume(self) -> None:
        """Load the newest checkpoint, or begin a new training in the output folder.

        Raises UsageError for a checkpoint of other settings.
        """
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
        """Make all remaining steps."""
        settings, method = self.settings, self.stepper.method
        while self.done < self.steps:
            factor = linear_decay(self.done, self.steps, settings.decay_from)
            terms = self.stepper.step(self.batches.draw(), factor)
            self.done += 1
            self.journal.add(self.done, terms)
            self.samples.take(self.done, method.networks[method.generator])
            if self.done % settings.checkpoint_every_steps == 0 or self.done == self.steps:
                self.save()
            progress(self.done, self.steps, self.journal.latest)

    def save(self) -> None:
        """Write a checkpoint. Raises StageError if a term or a weight is not finite."""
        self.journal.require_finite(self.done)
        if (weight := self.stepper.first_not_finite()) is not None:
            raise StageError(
                f"{self.name}: weight {weight} is not finite at step {self.done}; the last good "
                "checkpoint was kept; lower generator.learning_rate or use float32",
                step=self.done,
            )
        sync(self.journal.path)  # the rows that a checkpoint counts must be on the disk
        checkpoint.save(self.out / "checkpoints", self.done, self.state_dict())

    def identity(self) -> dict[str, Any]:
        """Return the settings that must be the same to continue from a checkpoint."""
        origin = self.variant.origin
        return {
            "variant": self.variant.name,
            "origin": None if origin is None else str(origin),
            "seed": self.seed,
            "images": {name: len(images) for name, images in self.batches.images.items()},
            "own": self.own.model_dump(mode="json"),
            **self.settings.model_dump(mode="json", exclude={"checkpoint_every_steps"}),
        }

    def state_dict(self) -> dict[str, Any]:
        """Return everything that the remaining steps depend on."""
        return {
            "identity": self.identity(),
            "done": self.done,
            "stepper": self.stepper.state_dict(),
            "batches": self.batches.state_dict(),
            "journal": self.journal.state_dict(),
            "random": torch_state(self.stepper.device),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore a state written by `state_dict`."""
        self.done = state["done"]
        self.stepper.load_state_dict(state["stepper"])
        self.batches.load_state_dict(state["batches"])
        self.journal.load_state_dict(state["journal"], self.stepper.device)
        load_torch_state(state["random"], self.stepper.device)

    def write_results(self) -> None:
        """Write the weights of both directions, if there are two, and delete the checkpoints.

        RESULT is written last: where it exists, the training is complete.
        """
        for file, network in self.kept_networks().items():
            save_generator(self.out / file, network, self.headers[file])
        checkpoint.delete_all(self.out / "checkpoints")
