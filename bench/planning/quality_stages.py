"""Plans the stages that measure image quality, and finds the recognizer's first weights."""

from collections.abc import Mapping

from bench import weights
from bench.running.store import Stage
from bench.settings.run_settings import RunSettings
from bench.stages import quality
from faces.common.cache import cache_folder
from generators import quality_metrics

PRETRAINED = "pretrain-rendered"


def quality_stage(
    settings: RunSettings, images: str, name: str, inputs: Mapping[str, Stage]
) -> Stage:
    """Return the stage that measures one sample: a translator's fakes, or "vis", untranslated."""
    recognizer = settings.recognizer
    return Stage(
        name,
        quality.measure_images,
        quality.QualityStageSettings(
            images=images,
            count=settings.quality.images,
            side_px=settings.quality.side_px,
            networks_sha256=tuple(weights.sha256_of(name) for name in quality.NETWORKS),
            inception_sha256=quality.inception_sha256(cache_folder()),
            recognizer=quality.FirstRecognizer(
                side_px=recognizer.side_px,
                colour=recognizer.colour,
                weights=recognizer.weights,
                weights_sha256=first_weights(settings),
            ),
            added_metrics=quality_metrics.added(),
        ),
        inputs,
        effort=settings.quality.images * 0.06,
    )


def first_weights(settings: RunSettings) -> str:
    """Return the hash of published weights; "" where the run trains them, as a stage's input."""
    name = settings.recognizer.weights
    return "" if name == PRETRAINED else weights.original_sha256(name, cache_folder())


def pretrained_by_seed(settings: RunSettings) -> bool:
    """Tell whether every seed of the run pretrains a recognizer of its own."""
    return settings.recognizer.weights == PRETRAINED and settings.pretrain.seed is None
