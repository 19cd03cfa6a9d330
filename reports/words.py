"""Writes numbers, protocols and kinds of images as they are printed.

The record of a metric says how it is printed (faces/common/metric.py); it comes with the run.
"""

from typing import Protocol

from faces.common.metric import Metric

MINUS = "\N{MINUS SIGN}"
NONE = "\N{EN DASH}"
NO_BATCH_NORM = "no BatchNorm"  # a network without statistics to estimate again


PROTOCOLS = {"seen-subjects": "seen people", "unseen-subjects": "unseen people"}
IMAGES = {
    "real": "real NIR against real NIR (floor)",
    "vis": "VIS, untranslated (grey)",
    "reshot": "true NIR of the same shots, taken again",
    "genuine": "VIS and real NIR of one person",
    "impostor": "VIS and real NIR of two people",
}


def protocol(name: str) -> str:
    """Return a protocol in words: "unseen people"."""
    return PROTOCOLS.get(name, name)


def images(name: str) -> str:
    """Return a kind of images in words: "fakes by A"."""
    return IMAGES.get(name, f"fakes by {name}")


def number(value: float, record: Metric, *, signed: bool = False, unit: bool = False) -> str:
    """Return a metric's value in print: 0.379 => "37.9", "+37.9" if signed, "37.9 %" with unit."""
    if value != value:
        return NONE
    text = f"{value * record.scale:{'+' if signed else ''}.{record.digits}f}"
    if not text.strip("+-0."):
        text = text.lstrip("+-")  # a rounded zero has no sign
    text = text.replace("-", MINUS)
    return f"{text} {record.unit}" if unit and record.unit else text


def interval(low: float, high: float, record: Metric) -> str:
    """Return "[33.1, 42.6]"."""
    return f"[{number(low, record)}, {number(high, record)}]"


class WithInterval(Protocol):
    """A value between two ends."""

    @property
    def value(self) -> float: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


def with_interval(
    estimate: WithInterval, record: Metric, *, signed: bool = False, unit: str = ""
) -> str:
    """Return "37.9 [33.1, 42.6]", "+6.5 [2.1, 10.8]" if signed, "+6.5 points [2.1, 10.8]"."""
    text = number(estimate.value, record, signed=signed)
    return f"{text}{unit} {interval(estimate.low, estimate.high, record)}"


def points(record: Metric) -> str:
    """Return the unit of a difference: " points" for what is printed in per cent."""
    return " points" if record.unit == "%" else f" {record.unit}" if record.unit else ""


def p_value(p: float) -> str:
    """Return p as it is printed; a small p as a bound."""
    if p != p:
        return NONE
    return "< 0.001" if p < 0.001 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def duration(seconds: float) -> str:
    """Return seconds as "42 s", "3 min 20 s" or "2 h 5 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def listed(parts: list[str]) -> str:
    """Return "a", "a and b", "a, b and c"."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
