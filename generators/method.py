"""Defines the parts of a translator: its networks and phases, its settings and its needs.

    VARIANT = Variant(
        name="mine", description="in a few words", settings=MySettings, build=build,
        architectures=(MyNetwork,),
    )

in a file of its own is a translator: in generators/variants/, where `a.py` is an example, in a
package, or in any file that is named by its path.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

import torch
from pydantic import BaseModel, ConfigDict
from torch import Tensor, nn

from generators.origin import Origin
from generators.settings import GeneratorSettings, Spectra

Named = dict[str, Tensor]
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")  # names are parts of files' names and of settings


class OwnSettings(BaseModel):
    """The settings of one translator alone; a translator without such settings uses this class.

    Fields have defaults and descriptions, and no name that `GeneratorSettings` has.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)


S = TypeVar("S", bound=OwnSettings)


class Memory(Protocol):
    """State that a method keeps from step to step besides its networks, such as an image pool."""

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state: dict[str, Any], device: torch.device | str) -> None: ...


@dataclass(frozen=True)
class Phase:
    """One optimizer's part of a step.

    `updates` names the networks that its optimizer moves; all others are frozen meanwhile.
    `terms` takes the step's tensors ("vis" and "nir", NCHW float32 in [-1, 1], and what earlier
    phases of the step added), may add its own, and returns the weighted loss terms by name.
    """

    name: str
    updates: tuple[str, ...]
    terms: Callable[[Named], Named]


@dataclass(frozen=True)
class Method:
    """Networks, the phases of a step in their order, and the state that a checkpoint must keep.

    `generator` names the network that makes fakes: (N, 3, S, S) VIS in [-1, 1] => (N, 1 or 3, S, S)
    NIR in [-1, 1]. `backward` names the network of the opposite direction, if there is one. The
    weights of both are kept, so each has an attribute `arguments`: those of its class, fit for
    JSON.
    """

    networks: dict[str, nn.Module]
    phases: tuple[Phase, ...]
    memories: Mapping[str, Memory] = field(default_factory=dict)
    generator: str = "vis_to_nir"
    backward: str | None = None


@dataclass(frozen=True)
class Comparison:
    """A translator that differs from this one in one respect, which `title` describes.

    The report shows both translators' fakes of the same people, and their difference.
    """

    variant: str
    title: str


def _nothing(own: OwnSettings) -> tuple[str, ...]:
    """Return the needs of a translator that needs no fixed network."""
    return ()


def _usual_step_seconds(settings: GeneratorSettings, own: OwnSettings) -> float:
    """Return the seconds of a step of a small network on one core, for translators without one."""
    return 5e-5 * settings.batch * settings.side_px**2


@dataclass(frozen=True)
class Variant(Generic[S]):
    """A translator: everything that differs between translators.

    * `settings`: the class of the settings that only this translator has.
    * `build(settings, own, generator, fixed)` returns the method. It takes the settings that all
      translators share, those of this translator, a seeded CPU generator for weights and memories,
      and the fixed networks by name.
    * `equalize`: the spectra whose histograms are equalized before anything else.
    * `needs` takes its settings and returns the names of the fixed networks (`bench list weights`).
    * `needs_pairs`: the step's "nir" are the true NIR images of the "vis" ones, with equal cuts.
    * `architectures`: the classes of the networks it saves that are not in `generators.networks`.
    * `step_seconds`: seconds of a step on one core in float32, to order stages and estimate times.
    * `terms`: its loss terms in words, by their names.
    * `compare_with`: see `Comparison`.
    * `origin`: where it is defined, if not in nirbench; filled in where it is looked up.

    Raises ValueError for a name with other characters than letters, digits, - and _, and where one
    of its settings has the name of a shared one.
    """

    name: str
    description: str
    settings: type[S]
    build: Callable[[GeneratorSettings, S, torch.Generator, Mapping[str, nn.Module]], Method]
    equalize: Spectra = "none"
    needs: Callable[[S], tuple[str, ...]] = _nothing
    needs_pairs: bool = False
    architectures: tuple[type[nn.Module], ...] = ()
    step_seconds: Callable[[GeneratorSettings, S], float] = _usual_step_seconds
    terms: Mapping[str, str] = field(default_factory=dict)
    compare_with: Comparison | None = None
    origin: Origin | None = None

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise ValueError(f"translator {self.name!r}: name it by letters, digits, - and _")
        if shared := sorted(GeneratorSettings.model_fields.keys() & self.settings.model_fields):
            raise ValueError(
                f"translator {self.name}: its own setting {shared[0]} is one that all share; "
                "call it otherwise"
            )
