"""Gives every image of a tree its place, and settles what two files claim at once."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from faces.layouts.layout import Layout, Place
from faces.layouts.tree import Tree, sort_key
from faces.manifest import Checked, File


def place_images(layout: Layout, root: Path, tree: Tree) -> tuple[dict[str, Place], dict[str, str]]:
    """Gives the images that have a place, sorted by path; and the others with the reason.

    Of several renditions of a data set, all those that are there but not read are in neither.
    Raises DataError where the layout needs something at the root and it is malformed.
    """
    placing = layout.placing(root)
    found = {source: placing(source) for source in sorted(tree.images, key=sort_key)}
    places = {source: place for source, place in found.items() if isinstance(place, Place)}
    misfits = {source: reason for source, reason in found.items() if isinstance(reason, str)}
    best = min((place.rendition for place in places.values()), default=0)
    places = {source: place for source, place in places.items() if place.rendition == best}
    return (_tell_by_suffix(places) if layout.suffix_tells_shots else places), misfits


def files_of(places: Mapping[str, Place], tree: Tree) -> list[File]:
    """Gives the placed images with the eye positions beside them."""
    files = []
    for source in places:
        eyes = tree.eyes.get(str(PurePosixPath(source).with_suffix("")))
        files.append(File(source, *tree.images[source], *(eyes or ())))
    return files


def doubles(places: Mapping[str, Place], checked: Mapping[str, Checked]) -> dict[str, str]:
    """Readable images that claim the shot of an earlier one, with the reason to refuse them."""
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
    """Puts the suffix into the shots' names where two would be equal."""
    claims = Counter((place.subject, place.spectrum, place.shot) for place in places.values())
    return {
        source: place
        if claims[place.subject, place.spectrum, place.shot] == 1
        else replace(place, shot=place.shot + PurePosixPath(source).suffix)
        for source, place in places.items()
    }
