"""Names a translator's network in the header of its weights, and makes it again from there.

`architecture` is the name of a class: one of `generators.networks`, or TRANSLATOR.CLASS, one of a
translator's own. `arguments` is what the class is called with, as JSON.
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
    """Gives the part of a header that tells how to make the network again.

    Raises UsageError where the network cannot be made again from what the variant says.
    """
    kind = type(network)
    if kind in OURS.values():
        name = kind.__name__
    elif kind in variant.architectures:
        name = f"{variant.name}.{kind.__name__}"
    else:
        raise UsageError(
            f"variant {variant.name}: its network is a {kind.__name__}, which is not among its "
            "architectures; its weights could not be loaded again"
        )
    try:
        arguments = json.dumps(network.arguments, sort_keys=True)
    except (AttributeError, TypeError):
        raise UsageError(
            f"variant {variant.name}: {kind.__name__} needs an attribute `arguments`: a dict, fit "
            "for JSON, of what it was called with; its weights could not be loaded again"
        ) from None
    origin = {"origin": variant.origin.model_dump_json()} if variant.origin else {}
    return {"architecture": name, "arguments": arguments, **origin}


def build(metadata: Mapping[str, str], definition: Path | None) -> nn.Module:
    """Gives the network that a header describes, with weights of its own.

    Files from before there were arguments say `width` and `blocks`. `definition` is the file that
    defines the translator, where it is not known here. Raises UsageError for another kind of file,
    MissingError where the translator is not there, ValueError or TypeError for wrong arguments.
    """
    name = metadata.get("architecture", "")
    kind = OURS.get(name) or _own_class(name, metadata, definition)
    if "arguments" not in metadata:
        return kind(int(metadata["width"]), int(metadata["blocks"]))
    return kind(**json.loads(metadata["arguments"]))


def _own_class(name: str, metadata: Mapping[str, str], definition: Path | None) -> type[nn.Module]:
    translator, _, class_name = name.rpartition(".")
    if not translator:
        raise UsageError("not the weights of a translator; name a generator's file")
    stated = metadata.get("origin")
    origin = Origin.model_validate_json(stated) if stated else None
    for kind in _definition(translator, origin, definition).architectures:
        if kind.__name__ == class_name:
            return kind
    raise TamperedError(f"translator {translator} has no network {class_name}; fetch both again")


def _definition(translator: str, origin: Origin | None, file: Path | None) -> Variant[Any]:
    """Gives the translator that weights are of, from the file given, or as it is known here."""
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
