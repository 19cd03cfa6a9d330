"""Predicts the time and the disk space of a run, from a few real training steps on this machine.

The timed steps are those of the trainings, on images of noise and with random weights. The times of
all other stages are their efforts, which were measured on one core (docs/design.md).
"""

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import torch
from torch import nn

from bench.planning.plan import Plan, resolved
from bench.running.store import Stage
from bench.settings.own_settings import own_settings, variant_of
from bench.settings.run_settings import RunSettings
from bench.stages import fixed_networks
from bench.stages.recognition import FinetuneSettings
from bench.stages.translation import TranslatorSettings
from faces.common.compute import choose_device
from faces.common.progress import Progress
from faces.packed import Packed
from generators.method import OwnSettings, Variant
from generators.training import train as train_translator
from recognizer.batches import ImageSet
from recognizer.network import Recognizer
from recognizer.settings import TrainingSettings
from recognizer.training import train as train_recognizer

TIMED_STEPS = 5
TIMED_STEPS_ON_GPU = 60  # a recognizer reports every twentieth
SLOW_STEP_SECONDS = 5.0  # where the first step takes longer, it alone is timed
SUBJECTS = 4
CHECKPOINTS = 2 * 3  # the last two, each of weights and Adam's two moments


@dataclass(frozen=True)
class Expectation:
    """Seconds per step of trainings, by name; steps and seconds of stages, by key; bytes."""

    step_seconds: dict[str, float]
    steps: dict[str, int]
    stage_seconds: dict[str, float]  # of one core, or of the GPU
    disk_bytes: int


def expect(
    settings: RunSettings, plan: Plan, todo: Iterable[Stage], tell: Callable[[str], None]
) -> Expectation:
    """Time steps of every training that is still to do, and add up times and bytes.

    `tell` gets the name of the training that is timed next: a step of a large network can take a
    processor a minute.
    """
    settings, todo = resolved(settings), list(todo)
    names = {stage.key: name for stage in todo if (name := _training_name(settings, stage))}
    timed = {}
    for name in dict.fromkeys(names.values()):
        tell(name)
        timed[name] = _time(settings, name)
    steps = {stage.key: _steps(plan, stage) for stage in todo if stage.key in names}
    seconds = {stage.key: stage.effort for stage in todo}
    seconds |= {key: count * timed[names[key]] for key, count in steps.items()}
    return Expectation(timed, steps, seconds, sum(_disk_bytes(settings, plan, todo)))


def _training_name(settings: RunSettings, stage: Stage) -> str:
    """Return the name of a stage's training: "translator A", "recognizer" or "pretrain"; else "".

    Variants with the same step have the name of the first of them.
    """
    name = stage.name.partition(":")[0]
    if isinstance(stage.settings, TranslatorSettings):
        return f"translator {_first_alike(settings, stage.settings.variant)}"
    return {"finetune": "recognizer", "pretrain": "pretrain"}.get(name, "")


def _first_alike(settings: RunSettings, name: str) -> str:
    """Return the first of the variants whose step is that of this one."""
    steps = {
        other: (variant_of(settings, other).build, own_settings(settings, other))
        for other in settings.variants
    }
    return next(other for other in settings.variants if steps[other] == steps[name])


def _steps(plan: Plan, stage: Stage) -> int:
    """Return a stage's steps; at most so many where a translator's epochs depend on the split."""
    if stage.name.startswith("translator"):
        return plan.longest.counted_steps
    settings = stage.settings
    training = settings.training if isinstance(settings, FinetuneSettings) else settings
    return cast(TrainingSettings, training).steps


def _time(settings: RunSettings, name: str) -> float:
    """Return seconds per step of the training of this name."""
    device = choose_device(settings.device)
    if name == "pretrain":
        train = partial(_recognize, settings.pretrain, device)
    elif name == "recognizer":
        shared = {
            field: getattr(settings.recognizer, field) for field in TrainingSettings.model_fields
        }
        train = partial(_recognize, TrainingSettings(**shared), device)
    else:
        train = partial(_translate, settings, name.partition(" ")[2], device)
    with _threads_of_a_stage(device):
        return _step_seconds(train, device.type == "cuda")


@contextmanager
def _threads_of_a_stage(device: torch.device) -> Iterator[None]:
    """Compute as a stage does: with one thread on a processor."""
    before = torch.get_num_threads()
    torch.set_num_threads(1 if device.type == "cpu" else before)
    yield
    torch.set_num_threads(before)


def _step_seconds(train: Callable[..., None], on_gpu: bool) -> float:
    """Return seconds per step between the first report and the last, without the set-up.

    Where the first step is slow, it is the only one, and the set-up is included.
    """
    reports = [(0, time.perf_counter())]

    def progress(done: int, total: int, _) -> None:
        reports.append((done, time.perf_counter()))
        if done == 1 and reports[-1][1] - reports[0][1] > SLOW_STEP_SECONDS:
            raise _Enough

    with suppress(_Enough):
        train(steps=TIMED_STEPS_ON_GPU if on_gpu else TIMED_STEPS, progress=progress)
    (first, began), (last, ended) = reports[1 if len(reports) > 2 else 0], reports[-1]
    return (ended - began) / (last - first)


class _Enough(Exception):
    """Ends a timing whose first step was slow."""


def _translate(
    settings: RunSettings, name: str, device: torch.device, *, steps: int, progress: Progress
) -> None:
    variant, own, generator = (
        variant_of(settings, name),
        own_settings(settings, name),
        settings.generator.shared,
    )
    rng = np.random.default_rng(0)
    side_px = generator.load_px
    vis = rng.integers(0, 256, (SUBJECTS, side_px, side_px, 3), np.uint8)
    nir = rng.integers(0, 256, (SUBJECTS, side_px, side_px, 1), np.uint8)
    index = pd.DataFrame({"subject": "noise", "spectrum": "VIS", "shot": map(str, range(SUBJECTS))})
    changes = {"steps": steps, "epochs": None, "log_every_steps": 1}  # each waits for a GPU
    with tempfile.TemporaryDirectory() as out:
        train_translator(
            variant,
            generator.model_copy(update=changes),
            Packed(vis, index),
            nir,
            out=Path(out),
            seed=0,
            own=own,
            fixed=_untrained(variant, own),
            device=str(device),
            progress=progress,
        )


def _untrained(variant: Variant[Any], own: OwnSettings) -> dict[str, nn.Module]:
    """Return the fixed networks that a variant needs, with random weights, which cost the same."""
    return {name: fixed_networks.require(name).untrained() for name in variant.needs(own)}


def _recognize(
    training: TrainingSettings, device: torch.device, *, steps: int, progress: Progress
) -> None:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (8 * SUBJECTS, 32, 32, 3), np.uint8)
    labels = np.arange(len(images)) % SUBJECTS
    changes = {"steps": steps, "checkpoint_every_steps": 10**9}
    with tempfile.TemporaryDirectory() as out:
        train_recognizer(
            training.model_copy(update=changes),
            [ImageSet("noise", images, labels)],
            SUBJECTS,
            None,
            out=Path(out),
            seed=0,
            device=device,
            progress=progress,
        )


def _disk_bytes(settings: RunSettings, plan: Plan, todo: list[Stage]) -> Iterator[int]:
    """Yield the bytes of images, fakes and weights, and of checkpoints of parallel trainings."""
    names = [stage.name.partition(":")[0] for stage in todo]
    vis, nir = plan.images
    if "align" in names:
        yield (3 * vis + nir) * settings.data.side_px**2
    if "render" in names:
        yield (5 * vis + nir) * settings.data.render_side_px**2
    yield names.count("fakes") * vis * settings.generator.side_px**2
    translator, recognizer = _translator_bytes(settings), _recognizer_bytes()
    yield names.count("translator") * translator
    yield (names.count("finetune") + names.count("pretrain")) * recognizer
    at_once = settings.stages_at_once(choose_device(settings.device).type == "cuda")
    yield at_once * CHECKPOINTS * max(translator, recognizer)


def _translator_bytes(settings: RunSettings) -> int:
    """Return the bytes of the networks of the largest training; about half are kept as weights."""
    return max(_networks_bytes(settings, name) for name in settings.variants)


def _networks_bytes(settings: RunSettings, name: str) -> int:
    variant, own = variant_of(settings, name), own_settings(settings, name)
    generator, fixed = torch.Generator(), _untrained(variant, own)
    networks = variant.build(settings.generator.shared, own, generator, fixed).networks
    return sum(_bytes_of(network) for network in networks.values())


def _recognizer_bytes() -> int:
    return _bytes_of(Recognizer(SUBJECTS))


def _bytes_of(network: nn.Module) -> int:
    return sum(values.numel() * values.element_size() for values in network.state_dict().values())
