"""Plans the stages that train and score recognizers, the external one among them."""

from collections.abc import Mapping

from bench import weights
from bench.planning.image_stages import rendered_and_aligned
from bench.planning.quality_stages import first_weights
from bench.planning.training_sets import EXTERNAL, PlannedSet
from bench.running.store import Stage
from bench.settings.run_settings import RunSettings
from bench.stages import external_recognizer, images, recognition
from recognizer import recognition_metrics
from recognizer.settings import TrainingSettings


def pretrain_stage(settings: RunSettings, seed: int) -> Stage:
    """Return the training on rendered people who are in no other part of the run.

    `seed` is that of the run, unless the settings fix one for pretraining.
    """
    own = settings.pretrain.seed
    chosen = settings.pretrain.model_copy(update={"seed": seed if own is None else own})
    people = images.PeopleSettings.of(
        settings.data,
        population=chosen.population,
        subjects=chosen.subjects,
        vis=chosen.images_per_subject,
        nir=0,
        paired=False,
    )
    return Stage(
        f"pretrain:{chosen.seed}",
        recognition.pretrain,
        chosen,
        {"aligned": rendered_and_aligned(settings, "pretrain", people)},
        effort=_training_effort(chosen),
    )


def recognizer_stage(
    settings: RunSettings,
    chosen: PlannedSet,
    inputs: Mapping[str, Stage],
    *,
    repeat: str,
    seed: int,
) -> Stage:
    """Return the fine-tuning on a training set, or what takes its place where there is none.

    `repeat` names the seed and fold.
    """
    tuned = recognition.FinetuneSettings.of(
        settings.recognizer, first_weights(settings), chosen.mixture, seed
    )
    if not chosen.tuned:
        first = recognition.UntunedSettings.of(tuned)
        return Stage(f"{chosen.name}:{repeat}", recognition.untuned, first, inputs, effort=20)
    return Stage(
        f"finetune:{chosen.name}:{repeat}",
        recognition.finetune,
        tuned,
        inputs,
        effort=_training_effort(settings.recognizer),
    )


def score_stage(
    settings: RunSettings,
    name: str,
    inputs: Mapping[str, Stage],
    *,
    own_statistics: bool = False,
) -> Stage:
    """Return the scoring of one recognizer, as it is or with BatchNorm statistics of its own."""
    recognizer = settings.recognizer
    return Stage(
        name,
        recognition.score,
        recognition.ScoreSettings(
            **recognizer.model_dump(),
            added_metrics=recognition_metrics.added(),
            own_statistics=own_statistics,
        ),
        inputs,
        effort=15 * (recognizer.side_px / 80) ** 2,
    )


def external_stage(settings: RunSettings, name: str, inputs: Mapping[str, Stage]) -> Stage:
    """Return the scoring of the external recognizer."""
    return Stage(
        name,
        external_recognizer.score,
        external_recognizer.ExternalSettings(
            network_sha256=weights.sha256_of(EXTERNAL),
            gallery_draws=settings.recognizer.gallery_draws,
            far_targets=settings.recognizer.far_targets,
            added_metrics=recognition_metrics.added(),
        ),
        inputs,
        effort=20,
    )


def _training_effort(settings: TrainingSettings) -> float:
    """Return seconds on one core: 25 images a second at 80 px."""
    return settings.steps * settings.batch / 25 * (settings.side_px / 80) ** 2
