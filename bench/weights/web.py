"""Makes one request over HTTPS: where it may lead, how long it may take, what its answer says.

Redirects are followed from HTTPS to HTTPS alone. The opener knows no other kind of address, so
nothing a server answers makes it read a local file.
"""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPResponse
from urllib import request
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urljoin, urlsplit

REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True)
class Limits:
    """How long a server may take, and where it may send us."""

    schemes: tuple[str, ...] = ("https",)
    redirects: int = 10
    silence_seconds: float = 30.0  # to connect, and between two bytes
    stall_seconds: float = 60.0  # over these,
    stall_bytes: int = 64 * 1024  # fewer bytes than these are no progress
    most_bytes: int = 4 << 30  # of a file whose length nobody knows


LIMITS = Limits()


class Failed(Exception):
    """A download that came to nothing, and why; `https.fetch` adds what can be done."""


def opened(url: str, headers: Mapping[str, str]) -> HTTPResponse:
    """Gives the answer with a body, redirects followed. Raises Failed, or what urllib raises."""
    opener = opener_of(LIMITS.schemes)
    asked: list[str] = []
    while len(asked) <= LIMITS.redirects:
        if urlsplit(url).scheme not in LIMITS.schemes:
            raise Failed(f"leads to {url}, and only {LIMITS.schemes[0]} is followed")
        if url in asked:
            raise Failed(f"redirects in a circle, by {url}")
        asked.append(url)
        plain = {"Accept-Encoding": "identity", "User-Agent": "nirbench"}
        try:
            return opener.open(
                request.Request(url, headers=plain | dict(headers)), timeout=LIMITS.silence_seconds
            )
        except HTTPError as error:
            error.close()
            if error.code not in REDIRECTS or not error.headers.get("Location"):
                raise
            url = quote(urljoin(url, error.headers["Location"]), safe=string.punctuation)
    raise Failed(f"redirects more than {LIMITS.redirects} times")


def opener_of(schemes: tuple[str, ...]) -> request.OpenerDirector:
    """An opener that knows these schemes and the environment's proxies, and no local files."""
    opener = request.OpenerDirector()
    spoken = {"https": request.HTTPSHandler, "http": request.HTTPHandler}
    for handler in (
        request.ProxyHandler,
        request.HTTPDefaultErrorHandler,
        request.HTTPErrorProcessor,
        *(spoken[scheme] for scheme in schemes),
    ):
        opener.add_handler(handler())
    return opener


def version(response: HTTPResponse) -> str:
    """What tells this version of the file from another, as If-Range takes it; "" for nothing."""
    tag = response.headers.get("ETag", "")
    return tag if tag.startswith('"') else response.headers.get("Last-Modified", "")


def length(response: HTTPResponse) -> int | None:
    """Gives the bytes of the whole file as the server announces them; None where it does not."""
    if response.status == 206:
        text = response.headers.get("Content-Range", "").rpartition("/")[2]
    else:
        text = response.headers.get("Content-Length", "")
    return int(text) if text.isdecimal() else None


def reason(error: Exception) -> str:
    """Gives an error in a few words, on one line."""
    if isinstance(error, HTTPError):
        return f"answers {error.code} {error.reason}"
    if isinstance(error, TimeoutError):
        return f"silent for {LIMITS.silence_seconds:.0f} s"
    if isinstance(error, URLError):
        return f"cannot be reached ({' '.join(str(error.reason).split())})"
    if isinstance(error, Failed):
        return str(error)
    return f"the connection broke ({' '.join(str(error).split()) or type(error).__name__})"
