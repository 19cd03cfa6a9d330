"""A web server on this machine that serves files from memory, well or badly."""

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    """Serves `server.files`, or lets one of `server.answers` do it. Every connection is closed."""

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))
        answer = self.server.answers.get(self.path, serve_file)
        answer(self)

    def log_message(self, *_) -> None:
        pass

    def head(self, status: int, **headers: object) -> None:
        """Send status and headers; underscores stand for dashes."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()


class Server(ThreadingHTTPServer):
    """`asked` lists path and headers of every request."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.answers: dict[str, Callable[[Handler], None]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.over = threading.Event()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"

    def handle_error(self, *_) -> None:
        """Ignore errors: in some tests the client hangs up."""


def tag(data: bytes) -> str:
    """Return the ETag of this version of a file."""
    return f'"{hashlib.sha256(data).hexdigest()}"'


def serve_file(handler: Handler) -> None:
    """Send the file, or its rest if the client has a part of this version."""
    data = handler.server.files.get(handler.path)
    if data is None:
        handler.head(404, Content_Length=0)
        return
    start = 0
    if handler.headers.get("If-Range") == tag(data):
        start = int(handler.headers["Range"].removeprefix("bytes=").rstrip("-"))
    if start >= len(data):
        handler.head(416, Content_Range=f"bytes */{len(data)}", Content_Length=0)
        return
    rest = {"Content_Range": f"bytes {start}-{len(data) - 1}/{len(data)}"} if start else {}
    handler.head(206 if start else 200, ETag=tag(data), Content_Length=len(data) - start, **rest)
    handler.wfile.write(data[start:])


def half(data: bytes) -> Callable[[Handler], None]:
    """Announce everything, sends half of it and hangs up; the next time all goes well."""

    def answer(handler: Handler) -> None:
        handler.server.answers.pop(handler.path)
        handler.head(200, ETag=tag(data), Content_Length=len(data))
        handler.wfile.write(data[: len(data) // 2])

    return answer


def whole(data: bytes, **headers: object) -> Callable[[Handler], None]:
    """Send everything, whatever part was asked for."""

    def answer(handler: Handler) -> None:
        handler.head(200, **headers)
        handler.wfile.write(data)

    return answer


def redirect(location: str, status: int = 302) -> Callable[[Handler], None]:
    return lambda handler: handler.head(status, Location=location, Content_Length=0)


def dripping(handler: Handler) -> None:
    """Send single bytes, faster than the client's limit for silence, until it hangs up."""
    handler.head(200, ETag='"slow"', Content_Length=1000)
    while not handler.server.over.wait(0.01):
        handler.wfile.write(b"x")


def silent(handler: Handler) -> None:
    """Take the request and says nothing until the test is over."""
    handler.server.over.wait(10)


@contextmanager
def serving() -> Iterator[Server]:
    """Yield a running server; at the end stop it, and release the clients that wait."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()
