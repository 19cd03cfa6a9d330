"""Lists a folder tree: its image files, its files of eye positions, and the files it refuses.

Hidden files and folders, and types of files that data sets have beside images (SIDE_SUFFIXES), are
ignored.
"""

import os
import stat
import unicodedata
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from faces.common import utf8
from faces.layouts.links import Folder, Links
from faces.photographs import SUFFIXES

EYES_SUFFIX = ".pos"
SIDE_SUFFIXES = {
    *(".asv", ".csv", ".ini", ".json", ".lst", ".m", ".mat", ".npy", ".npz", EYES_SUFFIX, ".pts"),
    *(".py", ".sh", ".toml", ".tsv", ".txt", ".xml", ".yaml", ".yml"),
    *(".db", ".doc", ".docx", ".htm", ".html", ".log", ".md", ".pdf", ".rst", ".xls", ".xlsx"),
    *(".7z", ".gz", ".rar", ".tar", ".zip"),
}


@dataclass
class Tree:
    """The files below a root, by their paths.

    images: path => (size in bytes, mtime_ns). refused: path => reason. eyes: path without its
    suffix => (path, size in bytes, mtime_ns).
    """

    images: dict[str, tuple[int, int]] = field(default_factory=dict)
    eyes: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)


def walk(root: Path) -> Tree:
    """List everything below `root`, paths with fewer links first. No file is opened."""
    tree, links = Tree(), Links()
    folders = deque([Folder("", os.path.realpath(root))])
    while folders:
        folder = folders.popleft()
        try:
            with os.scandir(root / folder.source) as listing:
                entries = sorted(listing, key=lambda entry: os.fsencode(entry.name))
        except OSError as error:
            tree.refused[_shown(folder.source)] = f"folder cannot be read: {_text(error)}"
            continue
        inner = [entry for entry in entries if _list_entry(tree, folder, entry)]
        linked = [links.follow(folder, entry.name) for entry in inner if entry.is_symlink()]
        folders.extend(target for target in linked if target)
        folders.extendleft(
            folder.inner(entry.name) for entry in reversed(inner) if not entry.is_symlink()
        )
    tree.refused |= {_shown(source): reason for source, reason in links.refused.items()}
    return tree


def _shown(source: str) -> str:
    """Return a path as one line of text; control characters and bytes not in UTF-8 are escaped."""
    text = os.fsencode(source).decode("utf-8", "backslashreplace")
    return "".join(
        f"\\x{ord(letter):02x}" if unicodedata.category(letter) == "Cc" else letter
        for letter in text
    )


def without_suffix(source: str) -> str:
    """Return a path without the suffix of its file: "a/1.pos" => "a/1"."""
    return str(PurePosixPath(source).with_suffix(""))


def sort_key(source: str) -> tuple[str, bytes]:
    """Return the key that sorts paths ignoring case; paths that differ in case alone, by bytes."""
    return source.casefold(), source.encode("utf-8", "surrogateescape")


def _list_entry(tree: Tree, folder: Folder, entry: os.DirEntry) -> bool:
    """Add an entry to `tree`; return True for a folder that is to be entered."""
    if entry.name.startswith("."):
        return False
    source = folder.join(entry.name)
    suffix = PurePosixPath(entry.name).suffix.lower()
    try:
        status = entry.stat()
    except OSError as error:
        if suffix not in SIDE_SUFFIXES:
            dangling = isinstance(error, FileNotFoundError)
            tree.refused[_shown(source)] = (
                "dangling link" if dangling else f"cannot be read: {_text(error)}"
            )
        return False
    if stat.S_ISDIR(status.st_mode) and suffix not in SUFFIXES:
        return True
    _list_file(tree, source, suffix, status)
    return False


def _list_file(tree: Tree, source: str, suffix: str, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        tree.refused[_shown(source)] = "a folder, not a file"
    elif suffix == EYES_SUFFIX and stat.S_ISREG(status.st_mode):
        tree.eyes.setdefault(without_suffix(source), (source, status.st_size, status.st_mtime_ns))
    elif suffix in SIDE_SUFFIXES:
        return
    elif suffix not in SUFFIXES:
        tree.refused[_shown(source)] = "not named as a BMP, JPEG, PNG or TIFF image"
    elif not stat.S_ISREG(status.st_mode):
        tree.refused[_shown(source)] = "not an ordinary file"
    elif fault := _fault_of_name(source):
        tree.refused[_shown(source)] = fault
    else:
        tree.images[source] = (status.st_size, status.st_mtime_ns)


def _fault_of_name(source: str) -> str:
    control = any(unicodedata.category(letter) == "Cc" for letter in source)
    return utf8.fault_of(source) or ("its name holds control characters" if control else "")


def _text(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
