"""Checks the packages that nirbench needs: missing, too old, or made for another torch.

Only Python's own library is used, so that this works if all packages are missing. Versions are
compared by their numbers. The packages' metadata reveal the mismatches that occur in practice: a
torchvision for another torch, or a facenet-pytorch that requires an old one.
"""

import importlib.util
import operator
import platform
import re
from collections.abc import Mapping, Sequence
from importlib import metadata

from bench.doctor.page import Problem, Section

OURS = "nirbench"
ALSO_AS = {"dlib-bin": "dlib"}  # the same module under another distribution's name
COMPARE = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
}
REQUIREMENT = re.compile(r"([\w.-]+)[^;]*")
BOUND = re.compile(r"(>=|<=|==|<|>)\s*([\d.]*\d)(?![\d.*])")
MISSING = "missing"
PER_LINE = 4


def section() -> Section:
    """Return every package that nirbench requires with its version, and the problems."""
    wanted = _requirements(OURS)
    installed = {name: version for name in wanted if (version := _version(name))}
    demands = {name: _requirements(ALSO_AS.get(name, name)) for name in installed}
    versions = [f"{name} {installed.get(name, MISSING)}" for name in wanted]
    problems = [*_python(), *lacking(wanted, installed), *conflicts(installed, demands)]
    lines = [versions[at : at + PER_LINE] for at in range(0, len(versions), PER_LINE)]
    entries = [("Python", platform.python_version()), *(("", ", ".join(line)) for line in lines)]
    return Section("Packages", entries, problems=problems)


def _requirements(name: str) -> dict[str, str]:
    """Return what an installed package always requires, by name; {} if its metadata lack it."""
    try:
        lines = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return {}
    plain = [line for line in lines if ";" not in line]  # the others are extras or other systems
    matches = [(REQUIREMENT.match(line), line) for line in plain]
    return {_normal(match[1]): line for match, line in matches if match}


def _normal(name: str) -> str:
    """Return a distribution's name in the form that registries compare."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _version(name: str) -> str:
    """Return the installed version, "unknown" of a module without metadata, "" of none."""
    for distribution in (name, ALSO_AS.get(name, name)):
        try:
            return metadata.version(distribution)
        except metadata.PackageNotFoundError:
            continue
    return "unknown" if importlib.util.find_spec(ALSO_AS.get(name, name)) else ""


def _python() -> Sequence[Problem]:
    asked = metadata.metadata(OURS)["Requires-Python"] or ""
    version = platform.python_version()
    if fits(version, asked):
        return []
    return [Problem(f"Python {version} is not supported ({asked}); make an environment with one")]


def lacking(wanted: Mapping[str, str], installed: Mapping[str, str]) -> list[Problem]:
    """Return a problem for each package that is missing or of a version that is not supported."""
    problems = []
    for name, requirement in wanted.items():
        install = f'`pip install "{requirement}"`'
        if name not in installed:
            problems.append(Problem(f"package {name} is missing; {install}", exit_code=4))
        elif not fits(installed[name], requirement):
            problems.append(Problem(f"package {name} is {installed[name]}; {install}"))
    return problems


def conflicts(
    installed: Mapping[str, str], demands: Mapping[str, Mapping[str, str]]
) -> list[Problem]:
    """Return a problem for each installed package that requires another version of one."""
    return [
        Problem(
            f"{name} {installed[name]} asks for {demand}, and {other} is {installed[other]}; "
            f"install both at once, `pip install --upgrade {name} {other}`"
        )
        for name, others in demands.items()
        for other, demand in others.items()
        if other in installed and not fits(installed[other], demand)
    ]


def fits(version: str, requirement: str) -> bool:
    """Tell whether the version's numbers are within the bounds; exclusions are ignored."""
    if not version[:1].isdigit():  # "unknown"
        return True
    bounds = BOUND.findall(requirement)
    return all(COMPARE[sign](_release(version), _release(bound)) for sign, bound in bounds)


def _release(version: str) -> tuple[int, ...]:
    """Return a version as numbers without trailing zeros: "2.13.0+cpu" => (2, 13)."""
    match = re.match(r"\d+(\.\d+)*", version)
    numbers = [int(number) for number in match[0].split(".")] if match else []
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
