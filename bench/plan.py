"""The stage graph of a run: what has to be made, from what, and in which order.

    render -> align -> split -> translator:A:0 -> fakes:A:0 -> finetune:real+A:0 -> score:real+A:0
                                                     \\-> quality:A:0
    render -> align (other people) -> pretrain ------------^

The effort of a stage is in seconds on one core (docs/design.md says of which kind).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from bench import weights
from bench.settings import RunSettings
from bench.stages import images, quality, recognition, translation
from bench.store import Stage
from faces.compute import choose_device, resolve
from faces.errors import DataError
from generators import variants
from recognizer.settings import TrainingSettings

BASELINE = "real"
CEILING = "real+oracle"
LANDMARKS = "dlib-landmarks-5"


@dataclass
class Plan:
    """The stages by what they are, for whoever gathers their results."""

    aligned: Stage
    split: Stage
    pretrain: Stage | None = None
    translators: dict[tuple[str, int], Stage] = field(default_factory=dict)
    fakes: dict[tuple[str, int], Stage] = field(default_factory=dict)
    finetunes: dict[tuple[str, int], Stage] = field(default_factory=dict)
    scores: dict[tuple[str, int], Stage] = field(default_factory=dict)
    qualities: dict[tuple[str, int], Stage] = field(default_factory=dict)

    def targets(self) -> list[Stage]:
        """The stages whose folders the report reads."""
        return [
            *self.translators.values(),
            *self.scores.values(),
            *self.qualities.values(),
        ]


def build(settings: RunSettings) -> Plan:
    """The graph of a run. Raises UsageError for an unknown variant, DataError for unread data."""
    if settings.data.name != "synthetic":
        raise DataError(
            f"data.name = {settings.data.name}: this version reads rendered people only; "
            "use --data synthetic, or --dry-run to see the plan"
        )
    return _graph(settings)


def sketch(settings: RunSettings) -> Plan:
    """The same graph whatever the data set, for `--dry-run`."""
    return _graph(settings)


def _graph(settings: RunSettings) -> Plan:
    settings = resolved(settings)
    data = settings.data
    people = images.PeopleSettings.of(
        data, data.population, data.subjects, data.vis_per_subject, data.nir_per_subject, True
    )
    aligned = _aligned(settings, "data", people)
    plan = Plan(aligned, _split(settings, aligned))
    if settings.recognizer.weights == "pretrain-rendered":
        plan.pretrain = _pretrain(settings)
    for seed in settings.seeds:
        for variant in settings.variants:
            _add_variant(plan, settings, variant, seed)
        for training_set in training_sets(settings):
            _add_recognizer(plan, settings, training_set, seed)
    first = settings.seeds[0]
    plan.qualities["reference", first] = _quality(plan, settings, None, first)
    return plan


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
    """The baseline, one set per variant, and the ceiling where the true NIR can be rendered."""
    yield BASELINE
    yield from (f"{BASELINE}+{variant}" for variant in settings.variants)
    if settings.data.name == "synthetic":
        yield CEILING


def _aligned(settings: RunSettings, name: str, people: images.PeopleSettings) -> Stage:
    count = people.subjects * (people.vis_per_subject + people.nir_per_subject)
    megapixels = people.side_px**2 / 1e6
    rendered = Stage(
        f"render:{name}",
        images.render,
        people,
        wide=True,
        effort=people.subjects * 0.06 + count * (0.015 + 0.5 * megapixels),
    )
    return Stage(
        f"align:{name}",
        images.align,
        images.AlignSettings(
            side_px=settings.data.side_px, landmarks_sha256=weights.sha256_of(LANDMARKS)
        ),
        {"images": rendered},
        wide=True,
        effort=count * 0.5 * megapixels,
    )


def _split(settings: RunSettings, aligned: Stage) -> Stage:
    data = settings.data
    chosen = images.SplitSettings(
        unseen_subjects=data.unseen_subjects,
        held_out_vis=data.held_out_vis,
        held_out_nir=data.held_out_nir,
        seed=data.split_seed,
    )
    return Stage("split", images.split, chosen, {"aligned": aligned}, wide=True, effort=0.1)


def _pretrain(settings: RunSettings) -> Stage:
    chosen = settings.pretrain
    people = images.PeopleSettings.of(
        settings.data, chosen.population, chosen.subjects, chosen.images_per_subject, 0, False
    )
    return Stage(
        "pretrain",
        recognition.pretrain,
        chosen,
        {"aligned": _aligned(settings, "pretrain", people)},
        effort=_training_effort(chosen),
    )


def _add_variant(plan: Plan, settings: RunSettings, name: str, seed: int) -> None:
    variant = variants.get(name)
    generator = settings.generator
    inputs = {"aligned": plan.aligned, "split": plan.split}
    step_seconds = 3.9e-7 * generator.side_px**2 * generator.width * (generator.blocks + 2)
    translator = Stage(
        f"translator:{name}:{seed}",
        translation.train,
        translation.TranslatorSettings(
            variant=name,
            seed=seed,
            features=weights.sha256_of(translation.FEATURES) if variant.needs_features else None,
            generator=generator,
        ),
        inputs,
        effort=generator.steps * step_seconds * (2.1 if variant.needs_features else 1.0),
    )
    plan.translators[name, seed] = translator
    plan.fakes[name, seed] = Stage(
        f"fakes:{name}:{seed}",
        translation.fakes,
        translation.FakesSettings(),
        inputs | {"translator": translator},
        effort=10,
    )
    plan.qualities[name, seed] = _quality(plan, settings, name, seed)


def _quality(plan: Plan, settings: RunSettings, variant: str | None, seed: int) -> Stage:
    inputs = {"aligned": plan.aligned, "split": plan.split}
    if variant is not None:
        inputs["fakes"] = plan.fakes[variant, seed]
    return Stage(
        f"quality:{variant or 'reference'}:{seed}",
        quality.measure_images,
        quality.QualityStageSettings(
            images=variant or "vis",
            count=settings.quality.images,
            side_px=settings.quality.side_px,
            networks_sha256=tuple(weights.sha256_of(name) for name in quality.NETWORKS),
        ),
        inputs,
        effort=settings.quality.images * 0.06,
    )


def _add_recognizer(plan: Plan, settings: RunSettings, training_set: str, seed: int) -> None:
    recognizer = settings.recognizer
    inputs = {"aligned": plan.aligned, "split": plan.split}
    scoring = dict(inputs)
    if plan.pretrain is not None:
        inputs["initial"] = plan.pretrain
    variant = training_set.removeprefix(f"{BASELINE}+")
    if (variant, seed) in plan.fakes:
        inputs["fakes"] = plan.fakes[variant, seed]
    finetune = Stage(
        f"finetune:{training_set}:{seed}",
        recognition.finetune,
        recognition.FinetuneSettings.of(recognizer, seed, oracle=training_set == CEILING),
        inputs,
        effort=_training_effort(recognizer),
    )
    plan.finetunes[training_set, seed] = finetune
    plan.scores[training_set, seed] = Stage(
        f"score:{training_set}:{seed}",
        recognition.score,
        recognizer,
        scoring | {"recognizer": finetune},
        effort=15 * (recognizer.side_px / 80) ** 2,
    )


def _training_effort(settings: TrainingSettings) -> float:
    """Seconds on one core: 25 images a second at 80 px."""
    return settings.steps * settings.batch / 25 * (settings.side_px / 80) ** 2


def weight_names(settings: RunSettings) -> list[str]:
    """The fixed networks that a run needs."""
    names = [LANDMARKS, *quality.NETWORKS]
    if any(variants.get(name).needs_features for name in settings.variants):
        names.append(translation.FEATURES)
    if settings.recognizer.weights != "pretrain-rendered":
        names.append(settings.recognizer.weights)
    return names
