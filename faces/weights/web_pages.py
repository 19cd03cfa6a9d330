"""Tells a web page from a file of weights: servers answer with a page where a file is gone."""

from pathlib import Path

BEGINNING_BYTES = 512
PAGE_STARTS = (b"<!doctype", b"<html", b"<head", b"<?xml", b"<script")


def is_web_page(path: Path) -> bool:
    """Tells whether a file begins as HTML does."""
    with path.open("rb") as file:
        return begins_as_page(file.read(BEGINNING_BYTES))


def begins_as_page(beginning: bytes) -> bool:
    return beginning.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(PAGE_STARTS)
