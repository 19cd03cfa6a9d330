"""Tells a web page from a file of weights: some servers send a page instead of a missing file."""

from pathlib import Path

BEGINNING_BYTES = 512
PAGE_STARTS = (b"<!doctype", b"<html", b"<head", b"<?xml", b"<script")


def is_web_page(path: Path) -> bool:
    """Tell whether a file begins as HTML does."""
    with path.open("rb") as file:
        return begins_as_page(file.read(BEGINNING_BYTES))


def begins_as_page(beginning: bytes) -> bool:
    """Tell whether the first bytes of a file are those of HTML."""
    return beginning.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(PAGE_STARTS)
