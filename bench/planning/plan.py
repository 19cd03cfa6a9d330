"""Plans the stage graph of a run: its stages, their inputs and their order.

    render -> align -> split -> translator:A:0 -> fakes:A:0 -> finetune:real+A:0 -> score:real+A:0
                                                     \\-> quality:A:0
    render -> align (other people) -> pretrain:0 ----------^

A recognizer is scored once more with BatchNorm statistics estimated again, and also before its
fine-tuning. Controls and curves (bench/planning/training_sets.py) are further fine-tunings, of
other mixtures. A data set on disk is aligned file by file and not rendered. Each training is
repeated for all seeds and all folds of the protocol. Translators that are trained on tested people
or images are called `A-leaky`. The effort of a stage is in seconds on one core (docs/design.md
tells which core).
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from bench import weights
from bench.planning import recognizer_stages as recognizers
from bench.planning.datasets import DataSet
from bench.planning.image_stages import aligned_data, image_counts, splits
from bench.planning.quality_stages import PRETRAINED, quality_stage
from bench.planning.training_sets import (
    EXTERNAL,
    LEAKY,
    PlannedSet,
    planned,
    scored_again,
    translators,
)
from bench.running.store import Stage
from bench.settings.own_settings import own_settings, variant_of
from bench.settings.run_settings import RunSettings
from bench.stages import translation
from faces.common.compute import choose_device, resolve
from generators.method import Variant
from generators.settings import GeneratorSettings

UNTRANSLATED = "untranslated"


class Repeat(NamedTuple):
    """One of the trainings that are alike: its seed, and its fold where the protocol has folds."""

    seed: int
    fold: int | None = None

    def __str__(self) -> str:
        return str(self.seed) if self.fold is None else f"{self.seed}:fold{self.fold}"


@dataclass
class Plan:
    """The stages of a run, by part, name and repeat, for the code that gathers their results."""

    aligned: Stage
    images: tuple[int, int]  # VIS and NIR, in all
    longest: GeneratorSettings  # those of a translator that trains on all images
    splits: dict[int | None, Stage]  # by fold
    leaky_splits: dict[int | None, Stage]  # the same parts, but translators see more images
    pretrains: dict[int, Stage] = field(default_factory=dict)  # by seed; none of published weights
    variants: dict[str, Variant[Any]] = field(default_factory=dict)  # by translator's name
    translators: dict[tuple[str, Repeat], Stage] = field(default_factory=dict)
    fakes: dict[tuple[str, Repeat], Stage] = field(default_factory=dict)
    finetunes: dict[tuple[str, Repeat], Stage] = field(default_factory=dict)
    scores: dict[tuple[str, Repeat], Stage] = field(default_factory=dict)
    qualities: dict[tuple[str, Repeat], Stage] = field(default_factory=dict)

    @property
    def first(self) -> Repeat:
        """Return the first repeat, from which grids and curves are drawn."""
        return next(repeat for _, repeat in self.scores)

    @property
    def split(self) -> Stage:
        """Return the split of the first repeat."""
        return self.splits[self.first.fold]

    def targets(self) -> list[Stage]:
        """Return the stages from which the report is made."""
        return [
            *self.translators.values(),
            *self.scores.values(),
            *self.qualities.values(),
        ]


def build(settings: RunSettings, data: DataSet | None, folder: Path) -> Plan:
    """Return the graph of a run; `folder` is that of the run, where the manifest of `data` is.

    `data` is None for rendered people. Raises UsageError for an unknown variant, TypeError for a
    stage function that is not marked with `@stage`.
    """
    settings = resolved(settings)
    aligned = aligned_data(settings, data, folder)
    by_leak = {protocol.leaky: splits(settings, aligned, protocol, data)
               for protocol in settings.chosen_protocols}  # fmt: skip
    counts = image_counts(settings, data)
    plan = Plan(
        aligned,
        counts,
        settings.generator.shared.for_images(*counts),
        by_leak.get(False) or by_leak[True],
        by_leak.get(True, {}),
        variants={
            name: variant_of(settings, name.removesuffix(LEAKY)) for name in translators(settings)
        },
    )
    if settings.recognizer.weights == PRETRAINED:
        plan.pretrains = {
            seed: recognizers.pretrain_stage(settings, seed) for seed in settings.seeds
        }
    sets, again = planned(settings), scored_again(settings)
    for fold in settings.folds:
        _add_untranslated(plan, settings, Repeat(settings.seeds[0], fold))
        for repeat in (Repeat(seed, fold) for seed in settings.seeds):
            for name in translators(settings):
                _add_variant(plan, settings, name, repeat)
            for training_set in sets:
                _add_recognizer(plan, settings, training_set, repeat)
            for name, plain in again.items():
                _add_score(plan, settings, name, repeat, again_of=plain)
            if settings.controls.external:
                _add_external(plan, settings, repeat)
    return plan


def resolved(settings: RunSettings) -> RunSettings:
    """Return the settings with the precision that "auto" means on the run's device."""
    device = choose_device(settings.device)
    parts = {}
    for name in ("generator", "pretrain", "recognizer"):
        part = getattr(settings, name)
        precision = resolve(part.precision, device)
        parts[name] = part.model_copy(update={"precision": precision})
    return settings.model_copy(update=parts)


def _add_variant(plan: Plan, settings: RunSettings, name: str, repeat: Repeat) -> None:
    variant, shared = plan.variants[name], settings.generator.shared
    own = own_settings(settings, variant.name)
    seen = (plan.leaky_splits if name.endswith(LEAKY) else plan.splits)[repeat.fold]
    translator = Stage(
        f"translator:{name}:{repeat}",
        translation.train,
        translation.TranslatorSettings(
            variant=variant.name,
            origin=variant.origin,
            seed=repeat.seed,
            own=own.model_dump(mode="json"),
            fixed={network: weights.sha256_of(network) for network in variant.needs(own)},
            generator=shared,
        ),
        {"aligned": plan.aligned, "split": seen},
        effort=plan.longest.counted_steps * variant.step_seconds(shared, own),
    )
    plan.translators[name, repeat] = translator
    plan.fakes[name, repeat] = Stage(
        f"fakes:{name}:{repeat}",
        translation.fakes,
        translation.FakesSettings(),
        _inputs(plan, repeat) | {"translator": translator},
        effort=10,
    )
    untranslated = plan.qualities[UNTRANSLATED, Repeat(settings.seeds[0], repeat.fold)]
    measured = {"fakes": plan.fakes[name, repeat], "untranslated": untranslated}
    plan.qualities[name, repeat] = quality_stage(
        settings,
        name,
        f"quality:{name}:{repeat}",
        _measuring_inputs(plan, settings, repeat) | measured,
    )


def _add_untranslated(plan: Plan, settings: RunSettings, repeat: Repeat) -> None:
    """Add the quality of the images that no translator made: VIS, the floor, the ceiling."""
    plan.qualities[UNTRANSLATED, repeat] = quality_stage(
        settings,
        "vis",
        f"quality:{UNTRANSLATED}:{repeat}",
        _measuring_inputs(plan, settings, repeat),
    )


def _inputs(plan: Plan, repeat: Repeat) -> dict[str, Stage]:
    return {"aligned": plan.aligned, "split": plan.splits[repeat.fold]}


def _first_inputs(plan: Plan, repeat: Repeat) -> dict[str, Stage]:
    """Return the images, their parts, and the pretrained recognizer where the run trains it."""
    pretrain = plan.pretrains.get(repeat.seed)
    return _inputs(plan, repeat) | ({"initial": pretrain} if pretrain else {})


def _measuring_inputs(plan: Plan, settings: RunSettings, repeat: Repeat) -> dict[str, Stage]:
    """Return the inputs of image quality: the first seed's recognizer measures all images."""
    return _first_inputs(plan, Repeat(settings.seeds[0], repeat.fold))


def _add_recognizer(plan: Plan, settings: RunSettings, chosen: PlannedSet, repeat: Repeat) -> None:
    """Add a fine-tuning, or the recognizer before it, and its score."""
    inputs = _first_inputs(plan, repeat)
    if chosen.translator:
        inputs["fakes"] = plan.fakes[chosen.translator, repeat]
    recognizer = recognizers.recognizer_stage(
        settings, chosen, inputs, repeat=str(repeat), seed=repeat.seed
    )
    recognizer = _known(plan.finetunes, recognizer)
    plan.finetunes[chosen.name, repeat] = recognizer
    _add_score(plan, settings, chosen.name, repeat)


def _add_score(
    plan: Plan, settings: RunSettings, name: str, repeat: Repeat, *, again_of: str = ""
) -> None:
    """Add the score of a recognizer; `again_of`: the second one, with statistics of its own."""
    recognizer = plan.finetunes[again_of or name, repeat]
    score = recognizers.score_stage(
        settings,
        f"score:{name}:{repeat}",
        _inputs(plan, repeat) | {"recognizer": recognizer},
        own_statistics=bool(again_of),
    )
    plan.scores[name, repeat] = _known(plan.scores, score)


def _known(stages: dict[tuple[str, Repeat], Stage], stage: Stage) -> Stage:
    """Return the stage, or an earlier one of another name that writes the same bytes."""
    return next((known for known in stages.values() if known.key == stage.key), stage)


def _add_external(plan: Plan, settings: RunSettings, repeat: Repeat) -> None:
    """Add the external recognizer; all seeds share its scores, since it is not trained."""
    fold = "" if repeat.fold is None else f":fold{repeat.fold}"
    stage = recognizers.external_stage(settings, f"score:{EXTERNAL}{fold}", _inputs(plan, repeat))
    plan.scores[EXTERNAL, repeat] = _known(plan.scores, stage)
