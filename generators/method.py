"""Defines what a translator states: its networks and phases, its settings and its needs.

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
    """What one translator alone can be told; a translator without such settings uses this one.

    Fields have defaults and descriptions, and no name that `GeneratorSettings` has.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)


S = TypeVar("S", bound=OwnSettings)


class Memory(Protocol):
    """What a method remembers from step to step besides its networks, such as an image pool."""

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state: dict[str, Any], device: torch.device | str) -> None: ...


@dataclass(frozen=True)
class Phase:
    """One optimizer's part of a step.

    `updates` names the networks that its optimizer moves; all others are frozen meanwhile.
    `terms` takes the step's tensors ("vis" and "nir", NCHW float32 in [-1, 1], and what earlier
    phases of the step added), may add its own, and gives the weighted loss terms by name.
    """

    name: str
    updates: tuple[str, ...]
    terms: Callable[[Named], Named]


@dataclass(frozen=True)
class Method:
    """Networks, the phases of a step in their order, and memories that a checkpoint must keep.

    `generator` names the network that makes fakes: (N, 3, S, S) VIS in [-1, 1] -> (N, 1 or 3, S, S)
    NIR in [-1, 1]. `backward` names the one of the way back, if there is one. The weights of both
    are kept, so each has an attribute `arguments`: what its class was called with, fit for JSON.
    """

    networks: dict[str, nn.Module]
    phases: tuple[Phase, ...]
    memories: Mapping[str, Memory] = field(default_factory=dict)
    generator: str = "vis_to_nir"
    backward: str | None = None


@dataclass(frozen=True)
class Comparison:
    """An earlier translator that differs from this one in one thing, which `title` names.

    The report shows both translators' fakes of the same people, and their difference.
    """

    variant: str
    title: str


def _nothing(own: OwnSettings) -> tuple[str, ...]:
    """Gives the needs of a translator that needs no fixed network."""
    return ()


def _usual_step_seconds(settings: GeneratorSettings, own: OwnSettings) -> float:
    """Gives a step of a small network on one core, where a translator says nothing of its own."""
    return 5e-5 * settings.batch * settings.side_px**2


@dataclass(frozen=True)
class Variant(Generic[S]):
    """A translator, by all that is its own.

    * `settings`: the class of its own settings.
    * `build` takes the settings that all translators share, its own, a seeded CPU generator for
      weights and memories, and the fixed networks by name; it gives the method.
    * `equalize`: the spectra whose histograms are equalized before anything else.
    * `needs` names the fixed networks for its own settings, by the names of `bench list weights`.
    * `needs_pairs`: the step's "nir" are then the true NIR images of the "vis" ones, cut alike.
    * `architectures`: classes of the networks it saves, as far as `generators.networks` lacks them.
    * `step_seconds`: a step on one core in float32, for the order of the stages and the time left.
    * `terms`: what its loss terms are, in words, by the names of its phases.
    * `compare_with`: see `Comparison`.
    * `origin`: where it is defined, if not in nirbench; whoever finds it fills this in.

    Raises ValueError for a name of other signs than letters, digits, - and _, and for an own
    setting called like a shared one.
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
