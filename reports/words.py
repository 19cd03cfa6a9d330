"""What metrics and protocols are called in print, and how their numbers are written."""

from dataclasses import dataclass
from typing import Protocol

MINUS = "\N{MINUS SIGN}"
NONE = "\N{EN DASH}"


@dataclass(frozen=True)
class Metric:
    """`scale` and `unit` of the printed number; `better` is "higher", "lower" or "" (neither)."""

    label: str
    unit: str = ""
    scale: float = 1.0
    digits: int = 3
    better: str = "higher"


PERCENT = {"unit": "%", "scale": 100.0, "digits": 1}
METRICS = {
    "accuracy": Metric("NIR accuracy", **PERCENT),
    "accuracy-vis": Metric("VIS accuracy", **PERCENT),
    "rank1": Metric("rank-1", **PERCENT),
    "rank5": Metric("rank-5", **PERCENT),
    "rank10": Metric("rank-10", **PERCENT),
    "eer": Metric("equal error rate", better="lower", **PERCENT),
    "auc": Metric("area under ROC", digits=3),
    "fd_lite0": Metric("Fréchet distance (Lite0)", digits=1, better="lower"),
    "kd_lite0": Metric("kernel distance (Lite0)", digits=3, better="lower"),
    "fid": Metric("FID", digits=1, better="lower"),
    "kid": Metric("KID", digits=4, better="lower"),
    "fd_face": Metric("Fréchet distance (dlib's face network)", digits=4, better="lower"),
    "kd_face": Metric("kernel distance (dlib's face network)", digits=5, better="lower"),
    "fd_recognizer": Metric("Fréchet distance (recognizer)", digits=3, better="lower"),
    "kd_recognizer": Metric("kernel distance (recognizer)", digits=5, better="lower"),
    "ssim": Metric("SSIM with true NIR", digits=3),
    "psnr": Metric("PSNR with true NIR", unit="dB", digits=1),
    "perceptual_lite0": Metric("feature distance from true NIR (Lite0)", digits=3, better="lower"),
    "nir_likeness": Metric("taken for NIR", **PERCENT),
    "nir_person": Metric("taken for NIR of the right person", **PERCENT),
    "copies": Metric("copies of training images", better="lower", **PERCENT),
    "identity": Metric("identity kept (cosine)", digits=3),
    "detection": Metric("face detected", **PERCENT),
    "landmarks": Metric("landmark shift", unit="px", digits=2, better="lower"),
    "precision": Metric("precision", digits=3),
    "recall": Metric("recall", digits=3),
    "density": Metric("density", digits=3),
    "coverage": Metric("coverage", digits=3),
}
PROTOCOLS = {"seen-subjects": "seen people", "unseen-subjects": "unseen people"}
IMAGES = {
    "real": "real NIR against real NIR (floor)",
    "vis": "VIS, untranslated (grey)",
    "reshot": "true NIR of the same shots, taken again",
    "genuine": "VIS and real NIR of one person",
    "impostor": "VIS and real NIR of two people",
}


def metric(name: str) -> Metric:
    """How to print a metric; one that is not listed is printed under its own name."""
    if name.startswith("vr@far="):
        far = float(name.removeprefix("vr@far="))
        return Metric(f"verification rate at FAR {100 * far:g} %", **PERCENT)
    return METRICS.get(name, Metric(name, better=""))


def protocol(name: str) -> str:
    return PROTOCOLS.get(name, name)


def images(name: str) -> str:
    return IMAGES.get(name, f"fakes by {name}")


def number(value: float, name: str, signed: bool = False, unit: bool = False) -> str:
    """A metric's value as printed: 0.379 of `rank1` -> 37.9, "+6.5" if signed, "37.9 %"."""
    if value != value:
        return NONE
    how = metric(name)
    text = f"{value * how.scale:{'+' if signed else ''}.{how.digits}f}"
    if not text.strip("+-0."):
        text = text.lstrip("+-")  # a rounded zero has no sign
    text = text.replace("-", MINUS)
    return f"{text} {how.unit}" if unit and how.unit else text


def interval(low: float, high: float, name: str) -> str:
    return f"[{number(low, name)}, {number(high, name)}]"


class Spread(Protocol):
    """A value between two ends."""

    @property
    def value(self) -> float: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


def with_interval(found: Spread, name: str, signed: bool = False, unit: str = "") -> str:
    """ "37.9 [33.1, 42.6]", "+6.5 [2.1, 10.8]" if signed, "+6.5 points [2.1, 10.8]"."""
    text = number(found.value, name, signed=signed)
    return f"{text}{unit} {interval(found.low, found.high, name)}"


def points(name: str) -> str:
    """The unit of a difference: " points" for what is printed in per cent."""
    how = metric(name)
    return " points" if how.unit == "%" else f" {how.unit}" if how.unit else ""


def p_value(p: float) -> str:
    """p as printed; small ones as a bound."""
    if p != p:
        return NONE
    return "< 0.001" if p < 0.001 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def duration(seconds: float) -> str:
    """Seconds as "42 s", "3 min 20 s" or "2 h 5 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def listed(parts: list[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
