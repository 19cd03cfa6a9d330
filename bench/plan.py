"""The stage graph of a run: what has to be made, from what, and in which order.

    render -> align -> split -> translator:A:0 -> fakes:A:0 -> finetune:real+A:0 -> score:real+A:0
                                                     \\-> quality:A:0
    render -> align (other people) -> pretrain ------------^

A data set on disk is aligned file by file and not rendered. Whatever is trained is repeated over
seeds and over the folds of the protocol. Translators that see what is tested are called `A-leaky`.
The effort of a stage is in seconds on one core (docs/design.md says of which kind).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from bench import weights
from bench.datasets import DataSet
from bench.plan_images import (
    LANDMARKS,
    aligned_data,
    image_counts,
    rendered_and_aligned,
    splits,
)
from bench.run_settings import RunSettings
from bench.stages import images, quality, recognition, translation
from bench.store import Stage
from faces.cache import cache_folder
from faces.compute import choose_device, resolve
from generators import variants
from generators.settings import GeneratorSettings
from recognizer.settings import TrainingSettings

BASELINE = "real"
CEILING = "real+oracle"
LEAKY = "-leaky"
PRETRAINED = "pretrain-rendered"


class Repeat(NamedTuple):
    """One of the trainings that are alike: its seed, and its fold where the protocol has folds."""

    seed: int
    fold: int | None = None

    def __str__(self) -> str:
        return str(self.seed) if self.fold is None else f"{self.seed}:fold{self.fold}"


@dataclass
class Plan:
    """The stages by what they are, for whoever gathers their results."""

    aligned: Stage
    images: tuple[int, int]  # VIS and NIR, in all
    longest: GeneratorSettings  # a translator's settings, if it trained on all images
    splits: dict[int | None, Stage]  # by fold
    leaky_splits: dict[int | None, Stage]  # the same parts, but for what translators see
    pretrain: Stage | None = None
    translators: dict[tuple[str, Repeat], Stage] = field(default_factory=dict)
    fakes: dict[tuple[str, Repeat], Stage] = field(default_factory=dict)
    finetunes: dict[tuple[str, Repeat], Stage] = field(default_factory=dict)
    scores: dict[tuple[str, Repeat], Stage] = field(default_factory=dict)
    qualities: dict[tuple[str, Repeat], Stage] = field(default_factory=dict)

    @property
    def first(self) -> Repeat:
        """The repeat that pictures and curves are drawn from."""
        return next(repeat for _, repeat in self.scores)

    @property
    def split(self) -> Stage:
        """The split of the first repeat."""
        return self.splits[self.first.fold]

    def targets(self) -> list[Stage]:
        """The stages whose folders the report reads."""
        return [
            *self.translators.values(),
            *self.scores.values(),
            *self.qualities.values(),
        ]


def build(settings: RunSettings, data: DataSet | None, folder: Path) -> Plan:
    """The graph of a run; `folder` holds the manifest of `data`, which rendered people lack.

    Raises UsageError for an unknown variant.
    """
    settings = resolved(settings)
    aligned = aligned_data(settings, data, folder)
    clean, leaky = [], []
    for protocol in settings.chosen_protocols:
        (leaky if protocol.leaky else clean).append(protocol)
    counts = image_counts(settings, data)
    plan = Plan(
        aligned,
        counts,
        settings.generator.for_images(*counts),
        splits(settings, aligned, (clean or leaky)[0], data),
        splits(settings, aligned, leaky[0], data) if leaky else {},
    )
    if settings.recognizer.weights == PRETRAINED:
        plan.pretrain = _pretrain(settings)
    for fold in settings.folds:
        for repeat in (Repeat(seed, fold) for seed in settings.seeds):
            for name in translators(settings):
                _add_variant(plan, settings, name, repeat)
            for training_set in training_sets(settings):
                _add_recognizer(plan, settings, training_set, repeat)
        first = Repeat(settings.seeds[0], fold)
        plan.qualities["reference", first] = _quality(plan, settings, None, first)
    return plan


def translators(settings: RunSettings) -> Iterator[str]:
    """The variants, as they are and as they leak, as far as the protocols ask for it."""
    for protocol in settings.chosen_protocols:
        for variant in settings.variants:
            yield f"{variant}{LEAKY}" if protocol.leaky else variant


def resolved(settings: RunSettings) -> RunSettings:
    """Settings in which "auto" precisions are what they mean on the run's device."""
    device = choose_device(settings.device)
    parts = {}
    for name in ("generator", "pretrain", "recognizer"):
        part = getattr(settings, name)
        precision = resolve(part.precision, device)
        parts[name] = part.model_copy(update={"precision": precision})
    return settings.model_copy(update=parts)


def training_sets(settings: RunSettings) -> Iterator[str]:
    """The baseline, one set per translator, and the ceiling where true NIR can be rendered."""
    yield BASELINE
    yield from (f"{BASELINE}+{name}" for name in translators(settings))
    if not settings.data.on_disk:
        yield CEILING


def _pretrain(settings: RunSettings) -> Stage:
    chosen = settings.pretrain
    people = images.PeopleSettings.of(
        settings.data, chosen.population, chosen.subjects, chosen.images_per_subject, 0, False
    )
    return Stage(
        "pretrain",
        recognition.pretrain,
        chosen,
        {"aligned": rendered_and_aligned(settings, "pretrain", people)},
        effort=_training_effort(chosen),
    )


def _add_variant(plan: Plan, settings: RunSettings, name: str, repeat: Repeat) -> None:
    variant = variants.get(name.removesuffix(LEAKY))
    generator, features = settings.generator, settings.generator.perceptual_network
    seen = (plan.leaky_splits if name.endswith(LEAKY) else plan.splits)[repeat.fold]
    translator = Stage(
        f"translator:{name}:{repeat}",
        translation.train,
        translation.TranslatorSettings(
            variant=variant.name,
            seed=repeat.seed,
            features=weights.sha256_of(features) if variant.needs_features else None,
            generator=generator,
        ),
        {"aligned": plan.aligned, "split": seen},
        effort=plan.longest.steps * _step_seconds(generator, variant.needs_features),
    )
    plan.translators[name, repeat] = translator
    plan.fakes[name, repeat] = Stage(
        f"fakes:{name}:{repeat}",
        translation.fakes,
        translation.FakesSettings(),
        _inputs(plan, repeat) | {"translator": translator},
        effort=10,
    )
    plan.qualities[name, repeat] = _quality(plan, settings, name, repeat)


def _step_seconds(generator: GeneratorSettings, needs_features: bool) -> float:
    """Of one core in float32."""
    pixels_by_layers = generator.side_px**2 * generator.width * (generator.blocks + 2)
    return 3.9e-7 * pixels_by_layers * (2.1 if needs_features else 1.0)


def _inputs(plan: Plan, repeat: Repeat) -> dict[str, Stage]:
    return {"aligned": plan.aligned, "split": plan.splits[repeat.fold]}


def _quality(plan: Plan, settings: RunSettings, name: str | None, repeat: Repeat) -> Stage:
    inputs = _inputs(plan, repeat)
    if name is not None:
        inputs["fakes"] = plan.fakes[name, repeat]
    return Stage(
        f"quality:{name or 'reference'}:{repeat}",
        quality.measure_images,
        quality.QualityStageSettings(
            images=name or "vis",
            count=settings.quality.images,
            side_px=settings.quality.side_px,
            networks_sha256=tuple(weights.sha256_of(name) for name in quality.NETWORKS),
        ),
        inputs,
        effort=settings.quality.images * 0.06,
    )


def _add_recognizer(plan: Plan, settings: RunSettings, training_set: str, repeat: Repeat) -> None:
    recognizer = settings.recognizer
    inputs = _inputs(plan, repeat)
    scoring = dict(inputs)
    if plan.pretrain is not None:
        inputs["initial"] = plan.pretrain
    translator = training_set.removeprefix(f"{BASELINE}+")
    if (translator, repeat) in plan.fakes:
        inputs["fakes"] = plan.fakes[translator, repeat]
    finetune = Stage(
        f"finetune:{training_set}:{repeat}",
        recognition.finetune,
        recognition.FinetuneSettings.of(
            recognizer, _first_weights(settings), repeat.seed, oracle=training_set == CEILING
        ),
        inputs,
        effort=_training_effort(recognizer),
    )
    plan.finetunes[training_set, repeat] = finetune
    plan.scores[training_set, repeat] = Stage(
        f"score:{training_set}:{repeat}",
        recognition.score,
        recognizer,
        scoring | {"recognizer": finetune},
        effort=15 * (recognizer.side_px / 80) ** 2,
    )


def _first_weights(settings: RunSettings) -> str:
    """The hash of published weights; those that the run pretrains are among the stage's inputs."""
    name = settings.recognizer.weights
    return "" if name == PRETRAINED else weights.original_sha256(name, cache_folder())


def _training_effort(settings: TrainingSettings) -> float:
    """Seconds on one core: 25 images a second at 80 px."""
    return settings.steps * settings.batch / 25 * (settings.side_px / 80) ** 2


def weight_names(settings: RunSettings) -> list[str]:
    """The fixed networks that a run needs."""
    names = [LANDMARKS, *quality.NETWORKS]
    if any(variants.get(name).needs_features for name in settings.variants):
        names.append(settings.generator.perceptual_network)
    if settings.recognizer.weights != PRETRAINED:
        names.append(settings.recognizer.weights)
    return names
