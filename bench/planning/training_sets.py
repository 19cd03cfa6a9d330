"""Lists the training sets of a run: name, content, and the set that each is compared with."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from bench.settings.run_settings import RunSettings
from bench.stages.examples import Pairs
from bench.stages.mixture import FAKES, ORACLE, Mixture
from faces.common.errors import UsageError
from recognizer import controls
from recognizer.controls.control import Control

BASELINE = "real"
UNTUNED = "untuned"
CEILING = "real+oracle"
REAL_CEILING = "real+nir"
EXTERNAL = "dlib-face"
LEAKY = "-leaky"
OWN_STATISTICS = "@nir-statistics"


@dataclass(frozen=True)
class PlannedSet:
    """A training set before it is made; `role`, `counterpart`, `twin` as in reports.material."""

    name: str
    role: str
    label: str
    mixture: Mixture
    translator: str | None = None  # whose fakes it holds
    counterpart: str | None = None
    twin: str | None = None

    @property
    def tuned(self) -> bool:
        """Tell whether it is what a recognizer is fine-tuned on; `untuned` is not."""
        return self.role != "untuned"

    def moved_by(self, pretrained_by_seed: bool) -> tuple[str, ...]:
        """Return what another seed changes; first weights only where each seed has its own."""
        parts = {
            "pretraining": pretrained_by_seed,
            "fine-tuning": self.tuned,
            "translator": self.translator is not None,
        }
        return tuple(name for name, there in parts.items() if there)


def planned(settings: RunSettings) -> list[PlannedSet]:
    """Return every training set, each name once: some points of the curves are other sets, too."""
    found: dict[str, PlannedSet] = {}
    trained: dict[tuple[Mixture, str | None], str] = {}
    for training_set in _all(settings):
        if training_set.tuned and training_set.role != "curve":
            content = (training_set.mixture, training_set.translator)
            named = trained.setdefault(content, training_set.name)
            twin = named if named != training_set.name else None
            training_set = replace(training_set, twin=twin)
        first = found.setdefault(training_set.name, training_set)
        if (first.mixture, first.translator) != (training_set.mixture, training_set.translator):
            raise UsageError(
                f"two training sets would be called {training_set.name}: {first.label}, and "
                f"{training_set.label}; give the translator another name"
            )
    return list(found.values())


def scored_again(settings: RunSettings) -> dict[str, str]:
    """Return the names of second scores, with BatchNorm statistics estimated again.

    Each has the name of its training set. All sets are scored twice but the points of curves.
    """
    if not settings.controls.nir_statistics:
        return {}
    return {
        f"{training_set.name}{OWN_STATISTICS}": training_set.name
        for training_set in planned(settings)
        if training_set.role != "curve"
    }


def _all(settings: RunSettings) -> Iterator[PlannedSet]:
    nir = settings.recognizer.nir_per_subject
    real = Mixture(nir_per_subject=nir)
    yield PlannedSet(BASELINE, "baseline", _real_images(nir), real)
    yield PlannedSet(UNTUNED, "untuned", "the recognizer before fine-tuning", real)
    for control in _chosen_controls(settings):
        yield _with_control(settings, control)
    for name in translators(settings):
        yield _with_fakes(settings, name)
    yield from _ceiling(settings)
    if not _counted_translator(settings).endswith(LEAKY):
        yield from _nir_curve(settings)
        yield from _fakes_curve(settings)


def _ceiling(settings: RunSettings) -> Iterator[PlannedSet]:
    """Yield what fakes could reach at best: of rendered people, the true NIR of the same shots.

    Of people on disk it is their real NIR images, unless the baseline has them all.
    """
    nir = settings.recognizer.nir_per_subject
    if not settings.data.on_disk:
        label = "with the true NIR of the same shots"
        mixture = Mixture(nir_per_subject=nir, extra=ORACLE)
        yield PlannedSet(CEILING, "ceiling", label, mixture)
    elif nir != "all":
        label = "with all real NIR images of the training people, named"
        yield PlannedSet(REAL_CEILING, "ceiling", label, Mixture(nir_per_subject="all"))


def translators(settings: RunSettings) -> Iterator[str]:
    """Yield the names of the variants, and with a leaky protocol those of the leaky ones."""
    for protocol in settings.chosen_protocols:
        for variant in settings.variants:
            yield f"{variant}{LEAKY}" if protocol.leaky else variant


def _counted_translator(settings: RunSettings) -> str:
    """Return the translator whose fakes controls and curves use."""
    chosen = settings.controls.translator or settings.variants[-1]
    leaky = settings.chosen_protocols[0].leaky
    return f"{chosen}{LEAKY}" if leaky else chosen


def _chosen_controls(settings: RunSettings) -> list[Control]:
    """Return the controls of the settings, then those that this recognizer's colour always has."""
    wanted = list(settings.controls.sets)
    return [controls.get(name) for name in wanted] + [
        control
        for control in map(controls.get, controls.names())
        if control.name not in wanted and settings.recognizer.colour in control.always_for
    ]


def _real_images(nir_per_subject: int | Literal["all"]) -> str:
    if nir_per_subject == 0:
        return "VIS only"
    return f"VIS and {nir_per_subject} real NIR{'' if nir_per_subject == 'all' else ' per person'}"


def _with_fakes(settings: RunSettings, name: str) -> PlannedSet:
    mixture = Mixture(nir_per_subject=settings.recognizer.nir_per_subject, extra=FAKES)
    training_set, variant = f"{BASELINE}+{name}", name.removesuffix(LEAKY)
    if name == variant:
        return PlannedSet(training_set, "fakes", f"with fake NIR by {name}", mixture, name)
    clean = f"{BASELINE}+{variant}" if variant in translators(settings) else None
    label = f"with fake NIR by {variant}, whose training saw what is tested"
    return PlannedSet(training_set, "leaky", label, mixture, name, clean)


def _with_control(settings: RunSettings, control: Control) -> PlannedSet:
    maker, colour = _counted_translator(settings), settings.recognizer.colour
    extra = FAKES if control.fakes_unaltered else control.seen_as.get(colour, control.name)
    mixture = Mixture(
        real=control.real,
        nir_per_subject=settings.recognizer.nir_per_subject if control.real else 0,
        extra=extra,
        shuffled=control.shuffled,
        pairs=_pairs(settings) if control.needs_pairs else "",
        origin=controls.origin(extra) if extra != FAKES else "",
    )
    return PlannedSet(
        name=control.training_set.format(translator=maker),
        role=control.role,
        label=control.label_for(colour).format(translator=maker),
        mixture=mixture,
        translator=maker if control.beside == FAKES else None,
    )


def _pairs(settings: RunSettings) -> Pairs:
    """Tell which images of the data are pairs; those of rendered people are true ones."""
    if not settings.data.on_disk:
        return "true"
    return "same-shot" if settings.controls.pairs == "same-shot" else ""


def _nir_curve(settings: RunSettings) -> Iterator[PlannedSet]:
    """Yield each amount of real NIR without fakes and with those of one translator.

    The control that repeats the VIS images is added at every amount: kinds of images have equal
    shares of a batch, so any further kind makes real NIR images rarer.
    """
    maker = _counted_translator(settings)
    repeating = [control for control in map(controls.get, settings.controls.sets)
                 if control.repeats_vis]  # fmt: skip
    for nir in settings.controls.nir_curve:
        at = f"@nir{nir}" if nir != settings.recognizer.nir_per_subject else ""
        without = PlannedSet(
            f"{BASELINE}{at}", "curve", _real_images(nir), Mixture(nir_per_subject=nir)
        )
        yield without
        for control in repeating:
            again = Mixture(nir_per_subject=nir, extra=control.name)
            label = f"{_real_images(nir)}, {control.label}"
            name = f"{control.training_set}{at}"
            yield PlannedSet(name, "curve", label, again, None, without.name)
        mixture = Mixture(nir_per_subject=nir, extra=FAKES)
        label = f"{_real_images(nir)}, with fake NIR by {maker}"
        yield PlannedSet(f"{BASELINE}+{maker}{at}", "curve", label, mixture, maker, without.name)


def _fakes_curve(settings: RunSettings) -> Iterator[PlannedSet]:
    maker, nir = _counted_translator(settings), settings.recognizer.nir_per_subject
    for share in settings.controls.fakes_curve:
        mixture = Mixture(nir_per_subject=nir, extra=FAKES, share=share)
        label = f"with {100 * share:g} % of the fake NIR by {maker}"
        name = f"{BASELINE}+{maker}@fakes{share:g}"
        yield PlannedSet(name, "curve", label, mixture, maker, BASELINE)
