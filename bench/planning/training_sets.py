"""The training sets of a run: what each is called, what it holds, and what it is compared with."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bench.settings.run_settings import RunSettings
from bench.stages.mixture import Mixture

BASELINE = "real"
CEILING = "real+oracle"
REFERENCE = "dlib-face"
LEAKY = "-leaky"
VIS_AGAIN = {  # controls that put the VIS images in the place of the fakes: name and label
    "twice": ("real-twice", "with the VIS images once more"),
    "grey": ("real+grey", "with the VIS images in grey"),
    "equalized": ("real+equalized", "with the VIS images equalized"),
    "augmented": ("real+augmented", "with the VIS images blurred, toned, noisy, without colour"),
}


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


def planned(settings: RunSettings) -> list[PlannedSet]:
    """Every training set, by name once: the ends of the curves are there without them."""
    found: dict[str, PlannedSet] = {}
    trained: dict[tuple[Mixture, str | None], str] = {}
    for each in _all(settings):
        first = trained.setdefault((each.mixture, each.translator), each.name)
        twin = first if first != each.name else None
        found.setdefault(each.name, replace(each, twin=twin))
    return list(found.values())


def _all(settings: RunSettings) -> Iterator[PlannedSet]:
    few = settings.recognizer.nir_per_subject
    yield PlannedSet(BASELINE, "baseline", _real_images(few), Mixture(nir_per_subject=few))
    yield from _controls(settings)
    for name in translators(settings):
        yield _with_fakes(settings, name)
    if not settings.data.on_disk:
        label = "with the true NIR of the same shots"
        yield PlannedSet(CEILING, "ceiling", label, Mixture(nir_per_subject=few, extra="oracle"))
    if not counted_translator(settings).endswith(LEAKY):
        yield from _nir_curve(settings)
        yield from _fakes_curve(settings)


def translators(settings: RunSettings) -> Iterator[str]:
    """The variants, as they are and as they leak, as far as the protocols ask for it."""
    for protocol in settings.chosen_protocols:
        for variant in settings.variants:
            yield f"{variant}{LEAKY}" if protocol.leaky else variant


def counted_translator(settings: RunSettings) -> str:
    """The translator whose fakes controls and curves use."""
    chosen = settings.controls.translator or settings.variants[-1]
    leaky = settings.chosen_protocols[0].leaky
    return f"{chosen}{LEAKY}" if leaky else chosen


def _real_images(few: int | str) -> str:
    if few == 0:
        return "VIS only"
    return f"VIS and {few} real NIR{'' if few == 'all' else ' per person'}"


def _with_fakes(settings: RunSettings, name: str) -> PlannedSet:
    mixture = Mixture(nir_per_subject=settings.recognizer.nir_per_subject, extra="fakes")
    training_set, variant = f"{BASELINE}+{name}", name.removesuffix(LEAKY)
    if name == variant:
        return PlannedSet(training_set, "fakes", f"with fake NIR by {name}", mixture, name)
    clean = f"{BASELINE}+{variant}" if variant in translators(settings) else None
    label = f"with fake NIR by {variant}, whose training saw what is tested"
    return PlannedSet(training_set, "leaky", label, mixture, name, clean)


def _controls(settings: RunSettings) -> Iterator[PlannedSet]:
    few, wanted = settings.recognizer.nir_per_subject, list(settings.controls.sets)
    if settings.recognizer.colour == "rgb" and "grey" not in wanted:
        wanted.append("grey")
    maker = counted_translator(settings)
    for control in wanted:
        if control in VIS_AGAIN:
            name, label = VIS_AGAIN[control]
            extra = control
            if control == "grey" and settings.recognizer.colour == "grey":
                extra, label = "twice", f"{label}, which is all this recognizer sees of them anyway"
            yield PlannedSet(name, "control", label, Mixture(nir_per_subject=few, extra=extra))
        elif control == "shuffled":
            mixture = Mixture(nir_per_subject=few, extra="fakes", shuffled=True)
            label = f"with the fakes by {maker} under other people's names"
            yield PlannedSet(f"{BASELINE}+{maker}-shuffled", "control", label, mixture, maker)
        else:
            mixture = Mixture(real=False, nir_per_subject=0, extra="fakes")
            label = f"fake NIR by {maker} and nothing else"
            yield PlannedSet(f"{maker}-alone", "control", label, mixture, maker)


def _nir_curve(settings: RunSettings) -> Iterator[PlannedSet]:
    """Each amount of real NIR without fakes and with those of one translator.

    Where the VIS images once more are a control, they are one at every amount: kinds of images have
    equal shares of a batch, so whatever stands beside real NIR images makes them rarer.
    """
    maker = counted_translator(settings)
    for few in settings.controls.nir_curve:
        at = f"@nir{few}" if few != settings.recognizer.nir_per_subject else ""
        without = PlannedSet(
            f"{BASELINE}{at}", "curve", _real_images(few), Mixture(nir_per_subject=few)
        )
        label = f"{_real_images(few)}, with fake NIR by {maker}"
        mixture = Mixture(nir_per_subject=few, extra="fakes")
        yield without
        if "twice" in settings.controls.sets:
            twice = Mixture(nir_per_subject=few, extra="twice")
            again = f"{_real_images(few)}, with the VIS images once more"
            yield PlannedSet(f"real-twice{at}", "curve", again, twice, None, without.name)
        yield PlannedSet(f"{BASELINE}+{maker}{at}", "curve", label, mixture, maker, without.name)


def _fakes_curve(settings: RunSettings) -> Iterator[PlannedSet]:
    maker, few = counted_translator(settings), settings.recognizer.nir_per_subject
    for share in settings.controls.fakes_curve:
        mixture = Mixture(nir_per_subject=few, extra="fakes", share=share)
        label = f"with {100 * share:g} % of the fake NIR by {maker}"
        name = f"{BASELINE}+{maker}@fakes{share:g}"
        yield PlannedSet(name, "curve", label, mixture, maker, BASELINE)
