"""Makes a request over HTTPS within limits of time and redirects, and reads the answer's headers.

Redirects are followed from HTTPS to HTTPS alone. The opener supports no other kind of address, so
no answer of a server can make it read a local file.
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
    """Limits of time, size and redirects."""

    schemes: tuple[str, ...] = ("https",)
    redirects: int = 10
    silence_seconds: float = 30.0  # to connect, and between two bytes
    stall_seconds: float = 60.0  # in this time,
    stall_bytes: int = 64 * 1024  # at least so many bytes must come
    most_bytes: int = 4 << 30  # of a file of unknown length


LIMITS = Limits()


class Failed(Exception):
    """Raised with the reason for which a download failed; `https.fetch` adds the remedy."""


def opened(url: str, headers: Mapping[str, str]) -> HTTPResponse:
    """Request an address, with redirects; return the answer. Raises Failed or urllib's errors."""
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
    """Return an opener for these schemes and the environment's proxies, not for local files."""
    opener = request.OpenerDirector()
    handlers = {"https": request.HTTPSHandler, "http": request.HTTPHandler}
    for handler in (
        request.ProxyHandler,
        request.HTTPDefaultErrorHandler,
        request.HTTPErrorProcessor,
        *(handlers[scheme] for scheme in schemes),
    ):
        opener.add_handler(handler())
    return opener


def version(response: HTTPResponse) -> str:
    """Return the version of the answer's file for the header If-Range; "" if it has none."""
    tag = response.headers.get("ETag", "")
    return tag if tag.startswith('"') else response.headers.get("Last-Modified", "")


def length(response: HTTPResponse) -> int | None:
    """Return the number of bytes of the whole file; None if the server does not announce it."""
    if response.status == 206:
        text = response.headers.get("Content-Range", "").rpartition("/")[2]
    else:
        text = response.headers.get("Content-Length", "")
    return int(text) if text.isdecimal() else None


def reason(error: Exception) -> str:
    """Return a short description of an error, on one line."""
    if isinstance(error, HTTPError):
        return f"answers {error.code} {error.reason}"
    if isinstance(error, TimeoutError):
        return f"silent for {LIMITS.silence_seconds:.0f} s"
    if isinstance(error, URLError):
        return f"cannot be reached ({' '.join(str(error.reason).split())})"
    if isinstance(error, Failed):
        return str(error)
    return f"the connection broke ({' '.join(str(error).split()) or type(error).__name__})"
