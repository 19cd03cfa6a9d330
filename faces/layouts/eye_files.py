"""Finds the file of eye positions of every image: beside it, or in a folder that mirrors the tree.

Eye positions of `s1/NIR/00001/001.bmp` lie in `s1/NIR/00001/001.pos`, or apart from the images in
a folder of any name, such as `annotations/s1/NIR/00001/001.pos`.
"""

from collections import defaultdict
from collections.abc import Iterable

from faces.layouts.tree import Tree, sort_key, without_suffix


def eye_files(tree: Tree, sources: Iterable[str]) -> dict[str, str]:
    """Return the key in `tree.eyes` of each image that has a file of eye positions.

    A file beside an image is preferred. Of files apart from the images, an image has one only if
    exactly one file fits, so that nothing is guessed.
    """
    by_mirrored = _by_mirrored_path(tree.eyes)
    found = {}
    for source in sources:
        stem = without_suffix(source)
        mirrored = by_mirrored.get(stem, [])
        if stem in tree.eyes:
            found[source] = stem
        elif len(mirrored) == 1:
            found[source] = mirrored[0]
    return found


def unused_note(tree: Tree, used: Iterable[str]) -> list[str]:
    """Return a message on files of eye positions that belong to no image of the tree, if any."""
    stems = set(map(without_suffix, tree.images))  # of another rendition is no fault
    left = set(tree.eyes) - set(used) - stems
    if not left:
        return []
    first = tree.eyes[min(left, key=sort_key)][0]
    return [
        f"{len(left):,} files of eye positions belong to no image, or to one that has several; "
        f"the first is {first}"
    ]


def _by_mirrored_path(eyes: Iterable[str]) -> dict[str, list[str]]:
    """Return the keys of eye files by what is left of each without its first folders."""
    by_path: dict[str, list[str]] = defaultdict(list)
    for key in eyes:
        rest = key
        while "/" in rest:
            rest = rest.partition("/")[2]
            by_path[rest].append(key)
    return by_path
