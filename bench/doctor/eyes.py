"""Tells of eye positions that a data set ships and that cannot be right."""

from collections import defaultdict

from bench.doctor.page import Problem
from faces.manifest import Manifest


def problems(manifest: Manifest) -> list[Problem]:
    """Return a problem for each way in which eye positions are wrong, the commonest first."""
    faulty: dict[str, list[str]] = defaultdict(list)
    for source, fault in manifest.faulty_eyes.items():
        faulty[fault].append(source)
    return [
        Problem(
            f"eye positions of {len(sources):,} images cannot be used: {fault}, first those of "
            f"{sources[0]}; eyes are searched there instead; mend or remove these .pos files"
        )
        for fault, sources in sorted(faulty.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
