"""Rendered people: endless faces in both spectra that anyone may use (docs/rendering.md)."""

from faces.synthetic.difficulty import Difficulty
from faces.synthetic.renderer import render, render_with_truth

__all__ = ["Difficulty", "render", "render_with_truth"]
