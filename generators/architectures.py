"""Describes a translator's network in the header of its weights, and builds it from a header.

`architecture` is the name of a class: one of `generators.networks`, or TRANSLATOR.CLASS, a class
that the translator defines. `arguments` are the arguments of the class, as JSON.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import nn

from faces.common.errors import MissingError, TamperedError, UsageError
from generators import definitions
from generators.method import Variant
from generators.networks import ResnetGenerator
from generators.origin import Origin

OURS: dict[str, type[nn.Module]] = {"ResnetGenerator": ResnetGenerator}


def describe(network: nn.Module, variant: Variant[Any]) -> dict[str, str]:
    """Return the part of a header from which `build` makes the network again.

    Raises UsageError where the variant does not list the network's class, or the network does not
    state its arguments.
    """
    network_class = type(network)
    if network_class in OURS.values():
        name = network_class.__name__
    elif network_class in variant.architectures:
        name = f"{variant.name}.{network_class.__name__}"
    else:
        raise UsageError(
            f"variant {variant.name}: its network is a {network_class.__name__}, which is not "
            "among its architectures; its weights could not be loaded again"
        )
    try:
        arguments = json.dumps(network.arguments, sort_keys=True)
    except (AttributeError, TypeError):
        raise UsageError(
            f"variant {variant.name}: {network_class.__name__} needs an attribute `arguments`: a "
            "dict, fit for JSON, of what it was called with; its weights could not be loaded again"
        ) from None
    origin = {"origin": variant.origin.model_dump_json()} if variant.origin else {}
    return {"architecture": name, "arguments": arguments, **origin}


def build(metadata: Mapping[str, str], definition: Path | None) -> nn.Module:
    """Return the network that a header describes, with newly initialized weights.

    Older files have `width` and `blocks` instead of arguments. `definition` is the file that
    defines the translator, where it is not known here. Raises UsageError for a file without a
    translator's weights, MissingError where the translator is not installed, TamperedError where
    the translator lacks the network, ValueError or TypeError for wrong arguments.
    """
    name = metadata.get("architecture", "")
    network_class = OURS.get(name) or _own_class(name, metadata, definition)
    if "arguments" not in metadata:
        return network_class(int(metadata["width"]), int(metadata["blocks"]))
    return network_class(**json.loads(metadata["arguments"]))


def _own_class(name: str, metadata: Mapping[str, str], definition: Path | None) -> type[nn.Module]:
    """Return the class of a network that a translator defines. Errors are those of `build`."""
    translator, _, class_name = name.rpartition(".")
    if not translator:
        raise UsageError("not the weights of a translator; name a generator's file")
    stated = metadata.get("origin")
    origin = Origin.model_validate_json(stated) if stated else None
    for network_class in _definition(translator, origin, definition).architectures:
        if network_class.__name__ == class_name:
            return network_class
    raise TamperedError(f"translator {translator} has no network {class_name}; fetch both again")


def _definition(translator: str, origin: Origin | None, file: Path | None) -> Variant[Any]:
    """Return the translator that made the weights, from the given file or as it is known here."""
    if file is None:
        try:
            return definitions.find(translator, origin)
        except UsageError:
            raise MissingError(
                f"translator {translator} is defined in {origin or 'nirbench'}; install that"
            ) from None
        except MissingError as error:
            raise MissingError(f"{error}; give its path as `definition`") from None
    variant = definitions.of_file(file)
    if variant.origin != origin and origin is not None:
        raise UsageError(f"{file}: is not {origin}, which defines translator {translator}")
    return variant
