"""Predicts what a run takes: times a few real training steps here, and adds up bytes on disk.

The steps are those of the trainings themselves, on images of noise and networks with random
weights; only the number of steps differs. Everything else is taken from the stages' efforts, which
were measured on one core (docs/design.md).
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
SLOW_STEP_SECONDS = 5.0  # of such a step's kind only the first is timed
SUBJECTS = 4
CHECKPOINTS = 2 * 3  # the last two, each of weights and Adam's two moments


@dataclass(frozen=True)
class Expectation:
    """Seconds per step of what was timed, by name; steps and seconds of stages, by key; bytes."""

    step_seconds: dict[str, float]
    steps: dict[str, int]
    stage_seconds: dict[str, float]  # of one core, or of the GPU
    disk_bytes: int


def expect(
    settings: RunSettings, plan: Plan, todo: Iterable[Stage], tell: Callable[[str], None]
) -> Expectation:
    """Times steps of every kind of training that is still to do, and adds up.

    `tell` is told what is being timed: a step of a large network can take a processor a minute.
    """
    settings, todo = resolved(settings), list(todo)
    kinds = {stage.key: kind for stage in todo if (kind := _kind(settings, stage))}
    timed = {}
    for kind in dict.fromkeys(kinds.values()):
        tell(kind)
        timed[kind] = _time(settings, kind)
    steps = {stage.key: _steps(plan, stage) for stage in todo if stage.key in kinds}
    seconds = {stage.key: stage.effort for stage in todo}
    seconds |= {key: count * timed[kinds[key]] for key, count in steps.items()}
    return Expectation(timed, steps, seconds, sum(_disk_bytes(settings, plan, todo)))


def _kind(settings: RunSettings, stage: Stage) -> str:
    """Gives what is timed for a stage: "translator A", "recognizer", "pretrain"; or nothing.

    Variants with the same step are timed as the first of them.
    """
    name = stage.name.partition(":")[0]
    if isinstance(stage.settings, TranslatorSettings):
        return f"translator {_alike(settings, stage.settings.variant)}"
    return {"finetune": "recognizer", "pretrain": "pretrain"}.get(name, "")


def _alike(settings: RunSettings, name: str) -> str:
    steps = {
        other: (variant_of(settings, other).build, own_settings(settings, other))
        for other in settings.variants
    }
    return next(other for other in settings.variants if steps[other] == steps[name])


def _steps(plan: Plan, stage: Stage) -> int:
    """Gives a stage's steps; a translator's epochs are counted with all images: at most these."""
    if stage.name.startswith("translator"):
        return plan.longest.counted_steps
    settings = stage.settings
    training = settings.training if isinstance(settings, FinetuneSettings) else settings
    return cast(TrainingSettings, training).steps


def _time(settings: RunSettings, kind: str) -> float:
    device = choose_device(settings.device)
    if kind == "pretrain":
        train = partial(_recognize, settings.pretrain, device)
    elif kind == "recognizer":
        shared = {
            name: getattr(settings.recognizer, name) for name in TrainingSettings.model_fields
        }
        train = partial(_recognize, TrainingSettings(**shared), device)
    else:
        train = partial(_translate, settings, kind.partition(" ")[2], device)
    with _threads_of_a_stage(device):
        return _step_seconds(train, device.type == "cuda")


@contextmanager
def _threads_of_a_stage(device: torch.device) -> Iterator[None]:
    """On a processor every stage trains with one thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1 if device.type == "cpu" else before)
    yield
    torch.set_num_threads(before)


def _step_seconds(train: Callable[[int, Progress], None], on_gpu: bool) -> float:
    """Gives seconds per step between the first report and the last: the first holds the set-up.

    A first step that is slow is taken as it is, set-up included.
    """
    reports = [(0, time.perf_counter())]

    def progress(done: int, total: int, _) -> None:
        reports.append((done, time.perf_counter()))
        if done == 1 and reports[-1][1] - reports[0][1] > SLOW_STEP_SECONDS:
            raise _Enough

    with suppress(_Enough):
        train(TIMED_STEPS_ON_GPU if on_gpu else TIMED_STEPS, progress)
    (first, began), (last, ended) = reports[1 if len(reports) > 2 else 0], reports[-1]
    return (ended - began) / (last - first)


class _Enough(Exception):
    """Steps are so slow that one of them is enough."""


def _translate(
    settings: RunSettings, name: str, device: torch.device, steps: int, progress: Progress
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
    """Gives the fixed networks that it needs, with random weights: they change no time."""
    return {name: fixed_networks.require(name).untrained() for name in variant.needs(own)}


def _recognize(
    training: TrainingSettings, device: torch.device, steps: int, progress: Progress
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
            Path(out),
            0,
            device,
            progress,
        )


def _disk_bytes(settings: RunSettings, plan: Plan, todo: list[Stage]) -> Iterator[int]:
    """Images, fakes and weights, by stage; and the checkpoints of the trainings side by side."""
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
    """Of the networks of the largest training; about half of it stays as weights."""
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
