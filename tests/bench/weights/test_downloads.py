"""Weights downloaded from a server on this machine that misbehaves in every way we know of."""

import hashlib
import io
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner
from rich.filesize import decimal
from safetensors import safe_open
from torch.nn import functional as F

from bench import weights
from bench.commands import fetch as fetching
from bench.weights import web
from faces.common import torchvision_cpu
from faces.common.errors import MissingError, TamperedError, UsageError
from faces.weights.structure import read_checkpoint
from faces.weights.weight import Weight
from recognizer import network
from tests.bench.weights import local_server
from tests.bench.weights.local_server import (
    Server,
    dripping,
    half,
    redirect,
    serve_file,
    serving,
    whole,
)

NUMBERS = b" ".join(b"%d" % n for n in range(5000))
PATH, NAME = "/w/numbers-1.txt", "numbers-1.txt"
PAGE = b"\n<!DOCTYPE html><html><body>Please sign in</body></html>"


def read_numbers(path: Path) -> dict[str, torch.Tensor]:
    return {"numbers": torch.tensor([float(word) for word in path.read_text().split()])}


def row_for(url: str) -> Weight:
    return Weight(
        "numbers", "test", url, "CC0-1.0", "imagenet", hashlib.sha256(NUMBERS).hexdigest(),
        size_bytes=len(NUMBERS), read=read_numbers, shapes=lambda: {"numbers": (5000,)},
    )  # fmt: skip


LOCAL = web.Limits(("http",), silence_seconds=0.5, stall_seconds=0.2, stall_bytes=1000)
PATIENT = web.Limits(("http",))  # for a file so large that a busy machine pauses while it is sent


@pytest.fixture
def server(monkeypatch):
    """Serve the numbers; the limits let it be asked, and are short."""
    monkeypatch.setattr(web, "LIMITS", LOCAL)
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.delenv("BENCH_OFFLINE", raising=False)
    with serving() as server:
        server.files[PATH] = NUMBERS
        yield server


def ensure(server: Server, cache: Path, *progress, **changes) -> Path:
    row = replace(row_for(server.url(PATH)), **changes)
    return weights.ensure("numbers", cache, (row,), *progress)


def has_the_numbers(path: Path) -> bool:
    with safe_open(path, "pt") as stored:
        return stored.get_tensor("numbers").tolist() == list(range(5000))


def names_in(cache: Path) -> set[str]:
    return {path.name for path in (cache / "weights").iterdir()}


STORED = {"numbers.safetensors", "numbers.safetensors.sha256", ".lock"}
PARTS = {f".{NAME}.part", f".{NAME}.part.json", ".lock"}


def test_a_download_is_converted_and_leaves_nothing_else(server, tmp_path):
    reports = []
    path = ensure(server, tmp_path, lambda done, total, _: reports.append((done, total)))
    assert has_the_numbers(path)
    assert names_in(tmp_path) == STORED
    assert reports[-1] == (len(NUMBERS), len(NUMBERS))
    ensure(server, tmp_path)
    assert len(server.asked) == 1


def test_a_file_that_needs_no_conversion_keeps_its_name(server, tmp_path):
    path = ensure(server, tmp_path, read=None, shapes=None)
    assert path.name == NAME
    assert path.read_bytes() == NUMBERS
    assert names_in(tmp_path) == {NAME, ".lock"}


def test_redirects_are_followed(server, tmp_path):
    server.files["/real"] = server.files.pop(PATH)
    server.answers[PATH] = redirect("/other", 301)
    server.answers["/other"] = redirect(server.url("/real"), 307)
    assert has_the_numbers(ensure(server, tmp_path))


BAD = {
    "absent": (serve_file, "answers 404"),
    "broken": (lambda handler: handler.head(503, Content_Length=0), "answers 503"),
    "page": (whole(PAGE, Content_Type="text/html; charset=utf-8"), "a web page"),
    "disguised page": (whole(PAGE, Content_Length=len(PAGE)), "a web page"),
    "disguised page without a length": (whole(PAGE + b" " * len(NUMBERS)), "more than"),
    "silent": (local_server.silent, r"silent for 0 s|timed out"),
    "dripping": (dripping, "stalls"),
    "garbage": (lambda handler: handler.wfile.write(b"what?\r\n\r\n"), "connection broke"),
    "hangs up": (lambda handler: None, "connection broke|cannot be reached"),
    "unasked part": (
        lambda handler: handler.head(206, Content_Range="bytes 0-0/1", Content_Length=0),
        "206",
    ),
    "nowhere": (lambda handler: handler.head(302, Content_Length=0), "answers 302"),
    "to a file": (redirect("file:///etc/hostname"), "leads to file:"),
    "to ftp": (redirect("ftp://127.0.0.1/x"), "leads to ftp:"),
    "to data": (redirect("data:text/plain,1"), "leads to data:"),
    "to itself": (redirect(PATH), "in a circle"),
    "ever deeper": (lambda handler: redirect(f"{handler.path}/x")(handler), "more than 10 times"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_had_is_one_line_with_the_remedy(server, tmp_path, case):
    answer, words = BAD[case]
    del server.files[PATH]
    server.answers = dict.fromkeys((PATH + "/x" * n for n in range(20)), answer)
    size = None if case == "dripping" else len(NUMBERS)
    with pytest.raises(MissingError, match=words) as caught:
        ensure(server, tmp_path, size_bytes=size)
    text, place = str(caught.value), tmp_path / "weights" / NAME
    assert "\n" not in text
    assert text.startswith(server.url(PATH))
    assert f"put it at {place}" in text
    assert caught.value.exit_code == 4
    assert names_in(tmp_path) <= PARTS


@pytest.mark.parametrize("known", [True, False])
def test_a_page_is_told_before_it_is_read_as_weights(server, tmp_path, known):
    server.files[PATH] = PAGE
    sha256 = hashlib.sha256(NUMBERS).hexdigest() if known else ""
    with pytest.raises(MissingError, match="a web page instead of the file"):
        ensure(server, tmp_path, sha256=sha256, size_bytes=None, read=None)
    assert names_in(tmp_path) == {".lock"}


def test_another_server_that_nobody_runs_is_one_line(server, tmp_path):
    with serving() as gone:
        url = gone.url(PATH)
    with pytest.raises(MissingError, match="cannot be reached"):
        ensure(server, tmp_path, origin=url)


def test_only_https_is_spoken_where_no_test_changes_it(server, tmp_path, monkeypatch):
    monkeypatch.setattr(web, "LIMITS", web.Limits())
    with pytest.raises(MissingError, match="only https is followed"):
        ensure(server, tmp_path)
    assert server.asked == []
    assert not {"file_open", "ftp_open", "data_open", "http_open"} & set(
        dir(web.opener_of(web.Limits().schemes))
    )


def test_the_default_opener_reads_no_local_file(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("x")
    answer = web.opener_of(("https", "http")).open(secret.as_uri())
    assert answer is None


@pytest.mark.parametrize(
    ("data", "size", "words"),
    [
        (NUMBERS[:-1] + b"!", len(NUMBERS), "SHA-256"),
        (NUMBERS + b" ", len(NUMBERS), f"{len(NUMBERS) + 1} bytes instead of {len(NUMBERS)}"),
        (NUMBERS[:100], len(NUMBERS), f"100 bytes instead of {len(NUMBERS)}"),
        (b"", None, "SHA-256"),
    ],
)
def test_another_file_is_refused(server, tmp_path, *, data, size, words):
    server.files[PATH] = data
    if not data:
        server.answers[PATH] = whole(b"", Content_Length=0)
    with pytest.raises(TamperedError, match=words) as caught:
        ensure(server, tmp_path, size_bytes=size)
    assert "\n" not in str(caught.value)
    assert names_in(tmp_path) == {".lock"}


def test_half_a_file_is_kept_apart_and_then_continued(server, tmp_path):
    server.answers[PATH] = half(NUMBERS)
    with pytest.raises(MissingError, match="to go on from there"):
        ensure(server, tmp_path)
    assert names_in(tmp_path) == PARTS
    assert has_the_numbers(ensure(server, tmp_path))
    assert server.asked[-1][1]["Range"] == f"bytes={len(NUMBERS) // 2}-"
    assert names_in(tmp_path) == STORED


def test_a_server_that_ignores_ranges_is_asked_for_everything(server, tmp_path):
    server.answers[PATH] = half(NUMBERS)
    with pytest.raises(MissingError):
        ensure(server, tmp_path)
    server.answers[PATH] = whole(NUMBERS, Content_Length=len(NUMBERS))
    assert has_the_numbers(ensure(server, tmp_path))
    assert len(server.asked) == 2


def test_half_of_an_older_version_is_not_continued(server, tmp_path):
    server.answers[PATH] = half(b"an older version" * 500)
    with pytest.raises(MissingError):
        ensure(server, tmp_path, size_bytes=None)
    assert has_the_numbers(ensure(server, tmp_path))


def test_the_rest_of_another_version_is_not_appended(server, tmp_path):
    """The server sends parts of any version, and the hash of the file is unknown."""
    server.answers[PATH] = half(NUMBERS.replace(b"1", b"2"))
    unpinned = {"sha256": "", "size_bytes": len(NUMBERS)}
    with pytest.raises(MissingError):
        ensure(server, tmp_path, **unpinned)

    def careless(handler: local_server.Handler) -> None:
        if "Range" in handler.headers:
            handler.headers.replace_header("If-Range", local_server.tag(NUMBERS))
        serve_file(handler)

    server.answers[PATH] = careless
    assert has_the_numbers(ensure(server, tmp_path, **unpinned))
    assert ["Range" in headers for _, headers in server.asked] == [False, True, False]


def test_a_part_that_went_bad_is_fetched_again_from_the_start(server, tmp_path):
    server.answers[PATH] = half(NUMBERS)
    with pytest.raises(MissingError):
        ensure(server, tmp_path)
    part = tmp_path / "weights" / f".{NAME}.part"
    part.write_bytes(b"?" * part.stat().st_size)
    assert has_the_numbers(ensure(server, tmp_path))
    assert len(server.asked) == 3


@pytest.mark.parametrize("note", ["", "{", "[]", '{"url": "https://example.org/other"}'])
def test_a_part_of_unknown_version_is_not_continued(server, tmp_path, note):
    server.answers[PATH] = half(NUMBERS)
    with pytest.raises(MissingError):
        ensure(server, tmp_path)
    (tmp_path / "weights" / f".{NAME}.part.json").write_text(note)
    assert has_the_numbers(ensure(server, tmp_path))
    assert "Range" not in server.asked[-1][1]


def test_a_part_longer_than_the_file_starts_again(server, tmp_path):
    server.answers[PATH] = half(NUMBERS)
    with pytest.raises(MissingError):
        ensure(server, tmp_path)
    (tmp_path / "weights" / f".{NAME}.part").write_bytes(NUMBERS + b"!")
    assert has_the_numbers(ensure(server, tmp_path))


@pytest.mark.parametrize("raised", [KeyboardInterrupt, SystemExit])
def test_an_interrupted_download_has_no_final_name_and_goes_on(server, tmp_path, raised):
    def interrupt(*_) -> None:
        raise raised

    with pytest.raises(raised):
        ensure(server, tmp_path, interrupt)
    assert names_in(tmp_path) == PARTS
    assert has_the_numbers(ensure(server, tmp_path))
    assert names_in(tmp_path) == STORED


def test_a_disk_that_takes_no_more_is_named(server, tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "open", full_disk(Path.open))
    with pytest.raises(UsageError, match=r"\.part: cannot be written \(No space"):
        ensure(server, tmp_path)


def full_disk(real):
    def opened(path: Path, mode: str = "r", *arguments, **options):
        if path.name.endswith(".part") and "a" in mode:
            raise OSError(28, "No space left on device")
        return real(path, mode, *arguments, **options)

    return opened


def test_processes_at_once_download_once(server, tmp_path):
    script = (
        "import os, time\n"
        "from pathlib import Path\n"
        "from bench import weights\n"
        "from bench.weights import web\n"
        "from tests.bench.weights.test_downloads import LOCAL, row_for\n"
        "web.LIMITS = LOCAL\n"
        f"cache = Path({str(tmp_path)!r})\n"
        "(cache / f'ready-{os.getpid()}').touch()\n"
        "while len(list(cache.glob('ready-*'))) < 2: time.sleep(0.01)\n"
        f"weights.ensure('numbers', cache, (row_for({server.url(PATH)!r}),))\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", script]) for _ in range(2)]
    assert [process.wait(timeout=120) for process in running] == [0, 0]
    assert len(server.asked) == 1
    assert names_in(tmp_path) == STORED


def test_the_first_copy_of_an_unpinned_weight_is_held_to(server, tmp_path):
    unpinned = {"sha256": "", "size_bytes": None, "shapes": None}
    path = ensure(server, tmp_path, **unpinned)
    noted = tmp_path / "weights" / f"{NAME}.sha256"
    assert noted.read_text().split() == [hashlib.sha256(NUMBERS).hexdigest(), NAME]
    path.unlink()
    server.files[PATH] = NUMBERS + b" 5000"
    with pytest.raises(TamperedError, match=r"numbers-1\.txt\.sha256 notes of the first copy"):
        ensure(server, tmp_path, **unpinned)
    by_hand = tmp_path / "weights" / NAME
    by_hand.write_bytes(server.files[PATH])
    with pytest.raises(TamperedError, match="first copy"):
        ensure(server, tmp_path, **unpinned)
    by_hand.unlink()
    server.files[PATH] = NUMBERS
    assert has_the_numbers(ensure(server, tmp_path, **unpinned))


def test_a_copy_of_another_structure_is_not_noted(server, tmp_path):
    server.files[PATH] = NUMBERS + b" 5000"
    with pytest.raises(TamperedError, match=r"misshapes numbers \(5001,\) for \(5000,\)"):
        ensure(server, tmp_path, sha256="", size_bytes=None)
    assert names_in(tmp_path) == {".lock"}


class Harmful:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return (Path.touch, (self.mark,))


@pytest.mark.parametrize("write", [torch.save, pickle.dump])
def test_a_pickle_that_runs_code_never_runs(server, tmp_path, write):
    mark, file = tmp_path / "it-ran", io.BytesIO()
    write({"numbers": Harmful(mark)}, file)
    server.files[PATH] = file.getvalue()
    with pytest.raises(TamperedError, match="not the weights of numbers"):
        ensure(server, tmp_path, sha256="", size_bytes=None, read=read_checkpoint)
    assert not mark.exists()
    assert names_in(tmp_path) == {".lock"}


def test_published_recognizers_start_ours(server, tmp_path, monkeypatch):
    """Random weights in the published format give the library's embeddings in our network."""
    monkeypatch.setattr(web, "LIMITS", PATIENT)
    torchvision_cpu.ensure()
    from facenet_pytorch import InceptionResnetV1

    weight = weights.find("casia-webface")
    torch.manual_seed(3)
    published = InceptionResnetV1(pretrained=None, classify=True, num_classes=10575).eval()
    file = tmp_path / weight.original_name
    torch.save(published.state_dict(), file, _use_new_zipfile_serialization=False)
    path = f"/{weight.original_name}"
    server.files[path] = file.read_bytes()
    row = replace(weight, origin=server.url(path), size_bytes=file.stat().st_size)
    stored = weights.ensure("casia-webface", tmp_path, (row,))
    ours = network.Recognizer(classes=4).eval()
    network.load_trunk(ours, stored)
    images = torch.rand(2, 3, 160, 160, generator=torch.Generator().manual_seed(5)) * 2 - 1
    published.classify = False
    with torch.inference_mode():
        expected, found = published(images), F.normalize(ours.features(images))
    assert torch.allclose(found, expected, atol=1e-6)
    assert network.load(stored).classes == 10575
    assert network.provenance(stored)["name"] == "casia-webface"
    digest = hashlib.sha256(server.files[path]).hexdigest()
    assert weights.original_sha256("casia-webface", tmp_path, (row,)) == digest


@pytest.fixture
def command(server, tmp_path, monkeypatch):
    """Return a function that calls `bench fetch` with one weight in the table, the numbers."""
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(weights, "TABLE", (row_for(server.url(PATH)),))
    return lambda *names: CliRunner().invoke(fetching.fetch, names)


def test_fetch_says_where_the_file_lies(command, tmp_path):
    done = command("numbers")
    assert done.exit_code == 0
    assert done.output == f"numbers: {tmp_path / 'weights' / 'numbers.safetensors'}\n"


def test_fetch_tells_how_far_it_is(command, tmp_path, monkeypatch):
    monkeypatch.setattr("bench.display.single_task.LOG_EVERY_SECONDS", 0)
    size = decimal(len(NUMBERS))
    assert f"numbers: {size} of {size}\n" in command("numbers").output


@pytest.mark.parametrize(
    ("data", "names", "code", "words"),
    [
        (None, ["numbers"], 4, "answers 404"),
        (NUMBERS[::-1], ["numbers"], 6, "SHA-256"),
        (NUMBERS, ["numbers", "nmbers"], 2, "did you mean numbers"),
    ],
)
def test_fetch_fails_with_the_code_of_its_kind(
    command, server, tmp_path, *, data, names, code, words
):
    server.files[PATH] = data
    if data is None:
        del server.files[PATH]
    done = command(*names)
    assert done.exception.exit_code == code
    assert words in str(done.exception)
    assert not list(tmp_path.glob("weights/*numbers*"))


def test_fetch_offline_asks_nobody(command, server, monkeypatch, tmp_path):
    monkeypatch.setenv("BENCH_OFFLINE", "1")
    done = command("numbers")
    assert done.exception.exit_code == 4
    assert f"download {NAME} from {server.url(PATH)} and put it at" in str(done.exception)
    assert server.asked == []
