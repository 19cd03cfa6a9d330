"""Prepares drawings for a page whose content security policy forbids inline style."""

import re

from markupsafe import escape

TAG = re.compile(r"<[A-Za-z][^<>]*>")  # in text and in attributes matplotlib escapes < and >
STYLE = re.compile(r'\sstyle="([^"]*)"')
SHEET = re.compile(r"<style\b[^>]*>.*?</style>", re.DOTALL)
FONT = re.compile(r"^(?P<before>.*?)(?P<size>[\d.]+px)\s+(?P<family>.+)$")


def described(svg: str, words: str) -> str:
    """Mark an inline SVG as one image, for which a screen reader reads `words`."""
    return svg.replace("<svg", f'<svg role="img" aria-label="{escape(words)}"', 1)


def without_style(svg: str) -> str:
    """Write style attributes as presentation attributes (SVG 1.1, 6.3), with the same meaning.

    The style sheet in the drawing is removed: style.css has its rules for every drawing.
    """
    return TAG.sub(lambda tag: STYLE.sub(_presented, tag[0]), SHEET.sub("", svg))


def _presented(found: re.Match[str]) -> str:
    """Return style="fill: none; stroke: #000" as fill="none" stroke="#000"."""
    pairs = (rule.split(":", 1) for rule in found[1].split(";") if ":" in rule)
    properties = {name.strip(): value.strip() for name, value in pairs}
    if "font" in properties:
        properties = long_font(properties.pop("font")) | properties
    return "".join(f' {name}="{value}"' for name, value in properties.items())


def long_font(short: str) -> dict[str, str]:
    """Split "italic 700 10px 'DejaVu Sans'" into single properties, which can be attributes."""
    found = FONT.match(short)
    if not found:
        return {}
    properties = {"font-size": found["size"], "font-family": found["family"]}
    for word in found["before"].split():
        if word in ("italic", "oblique"):
            properties["font-style"] = word
        elif word.isdigit() or word in ("bold", "light"):
            properties["font-weight"] = word
    return properties
