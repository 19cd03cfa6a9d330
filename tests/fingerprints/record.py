"""Records the fingerprint of each stage, and says what to do where the source has changed.

    make fingerprints                                                  after raising a version
    python -m tests.fingerprints.record --changes-no-byte "why"        after a change of form alone

`recorded.json` holds per stage its version and a hash for each module that it depends on, and the
reasons given for changes that write the same bytes.
"""

import importlib
import json
import pkgutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from bench import stages
from bench.running.versions import is_stage, version_of
from tests.fingerprints.closure import Project

ROOT = Path(__file__).parents[2]
RECORDED = Path(__file__).with_name("recorded.json")
PACKAGES = ("faces", "generators", "recognizer", "bench")
LEFT_OUT = (  # what a stage uses without it changing a byte
    "bench.running",  # hands settings and folders over; keys and records are its own
    "bench.weights",  # finds files whose hashes are part of the keys
    "faces.weights",  # likewise
    "faces.common.cache",  # says where files lie
    "faces.common.errors",  # stops a stage, and then there are no bytes
    "faces.common.locks",  # keeps processes apart
    "faces.common.parallel",  # shares work out; results do not depend on it, by test
    "faces.common.progress",  # tells how far a stage is
)


@dataclass(frozen=True)
class Fingerprint:
    """A stage's version, and a hash per module of the definitions that it depends on."""

    version: int
    modules: dict[str, str]


def fingerprints(project: Project | None = None) -> dict[str, Fingerprint]:
    """Return the fingerprint of every stage of the project, by its dotted name."""
    project = project or Project(ROOT, PACKAGES, LEFT_OUT)
    return {
        f"{module}.{name}": Fingerprint(version, modules_of(project, module, name))
        for module, name, version in stage_functions()
    }


def modules_of(project: Project, module: str, name: str) -> dict[str, str]:
    """Return a hash for each module that a definition depends on."""
    by_module: dict[str, list[tuple[str, str]]] = {}
    for used in sorted(project.closure((module, name))):
        by_module.setdefault(used[0], []).append(used)
    return {used: project.hash_of(definitions) for used, definitions in by_module.items()}


def stage_functions() -> Iterator[tuple[str, str, int]]:
    """Yield module, name and version of every function marked as a stage."""
    for found in pkgutil.walk_packages(stages.__path__, "bench.stages."):
        module = importlib.import_module(found.name)
        for name, value in vars(module).items():
            if is_stage(value) and value.__module__ == found.name:
                yield found.name, name, version_of(value)


def complaints(now: dict[str, Fingerprint], then: dict[str, Fingerprint]) -> list[str]:
    """Return a sentence for each stage whose source or version is not the recorded one."""
    unrecorded = sorted(name for name in now.keys() | then.keys()
                        if name not in now or name not in then
                        or now[name].version != then[name].version)  # fmt: skip
    return [
        *(f"{name}: a stage or a version that is not recorded; run `make fingerprints` and commit "
          "the file" for name in unrecorded),
        *silent_changes(now, then).values(),
    ]  # fmt: skip


def silent_changes(now: dict[str, Fingerprint], then: dict[str, Fingerprint]) -> dict[str, str]:
    """Return a sentence for each stage whose source has changed under the recorded version."""
    return {
        name: f"{name}: its source has changed in {', '.join(changed)}, but its version is still "
        f"{now[name].version}. If it now writes other bytes, raise @stage(version=...) beside it "
        "and run `make fingerprints`. If not, run `python -m tests.fingerprints.record "
        '--changes-no-byte "why"`'
        for name in sorted(now.keys() & then.keys())
        if now[name].version == then[name].version
        and (changed := changed_modules(now[name], then[name]))
    }


def changed_modules(now: Fingerprint, then: Fingerprint) -> list[str]:
    """Return the modules whose hashes differ."""
    names = sorted(now.modules.keys() | then.modules.keys())
    return [name for name in names if now.modules.get(name) != then.modules.get(name)]


def read(path: Path = RECORDED) -> tuple[dict[str, Fingerprint], list[dict[str, object]]]:
    """Read the recorded fingerprints, and the reasons for changes without new bytes."""
    content = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    recorded = {name: Fingerprint(**row) for name, row in content.get("stages", {}).items()}
    return recorded, content.get("changed_no_byte", [])


def renewed(
    now: dict[str, Fingerprint], path: Path = RECORDED, changes_no_byte: str | None = None
) -> list[str]:
    """Write the fingerprints of `now`; returns complaints instead where a reason is missing."""
    then, reasons = read(path)
    silent = silent_changes(now, then)
    if silent and not changes_no_byte:
        return list(silent.values())
    if silent:
        reasons = [*reasons, {"stages": list(silent), "why": changes_no_byte}]
    content = {
        "stages": {name: asdict(now[name]) for name in sorted(now)},
        "changed_no_byte": reasons,
    }
    path.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return []


@click.command()
@click.option("--changes-no-byte", metavar="WHY", help="Why the changed stages write equal bytes.")
def main(changes_no_byte: str | None) -> None:
    """Record the stages' fingerprints after a raised version, or after a change of form."""
    if lines := renewed(fingerprints(), changes_no_byte=changes_no_byte):
        raise SystemExit("\n".join(lines))


if __name__ == "__main__":
    main()
