"""Finds the place of every image of a tree, and the files that claim the same shot."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from faces.layouts.layout import Layout, Place
from faces.layouts.tree import Tree, sort_key
from faces.manifest import Checked, File


def place_images(layout: Layout, root: Path, tree: Tree) -> tuple[dict[str, Place], dict[str, str]]:
    """Return the images that have a place, sorted by path, and the others with the reason.

    Images of renditions that are not read are in neither. Raises DataError where a file at the root
    that the layout needs is malformed.
    """
    placing = layout.placing(root)
    found = {source: placing(source) for source in sorted(tree.images, key=sort_key)}
    places = {source: place for source, place in found.items() if isinstance(place, Place)}
    misfits = {source: reason for source, reason in found.items() if isinstance(reason, str)}
    best = min((place.rendition for place in places.values()), default=0)
    places = {source: place for source, place in places.items() if place.rendition == best}
    return (_tell_by_suffix(places) if layout.suffix_tells_shots else places), misfits


def files_of(places: Mapping[str, Place], tree: Tree, eyes: Mapping[str, str]) -> list[File]:
    """Return the files of the placed images, each with its file of eye positions, if any.

    eyes: image => the key of its eye positions in `tree.eyes`, as eye_files.py finds them.
    """
    return [
        File(source, *tree.images[source], *(tree.eyes[eyes[source]] if source in eyes else ()))
        for source in places
    ]


def duplicate_shots(places: Mapping[str, Place], checked: Mapping[str, Checked]) -> dict[str, str]:
    """Return the readable images that claim the shot of an earlier one, with the reason."""
    first: dict[tuple[str, str, str], str] = {}
    refused = {}
    for source, place in places.items():
        if checked[source].reason:
            continue
        earlier = first.setdefault((place.subject, place.spectrum, place.shot), source)
        if earlier != source:
            same = checked[earlier].sha256 == checked[source].sha256
            refused[source] = (
                f"the same shot as {earlier}, with {'the same' if same else 'other'} bytes"
            )
    return refused


def _tell_by_suffix(places: dict[str, Place]) -> dict[str, Place]:
    """Append the suffix to the names of shots that would otherwise be equal."""
    claims = Counter((place.subject, place.spectrum, place.shot) for place in places.values())
    return {
        source: place
        if claims[place.subject, place.spectrum, place.shot] == 1
        else replace(place, shot=place.shot + PurePosixPath(source).suffix)
        for source, place in places.items()
    }
