"""An installed package in a temporary folder, with entry points by which it adds something."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[1]


def add_package(folder: Path, name: str, source: str, **entries: str) -> str:
    """Put a module of that name and its entry points into a folder: group=entry, as in

        add_package(tmp_path, "mine", "CONTROL = ...", controls="mirrored = mine:CONTROL")

    Returns the PYTHONPATH with which a new process finds both, and this project.
    """
    (folder / f"{name}.py").write_text(source, encoding="utf-8")
    metadata = folder / f"{name}-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    groups = [f"[nirbench.{group}]\n{entry}\n" for group, entry in entries.items()]
    (metadata / "entry_points.txt").write_text("\n".join(groups))
    return os.pathsep.join([str(folder), str(ROOT)])
