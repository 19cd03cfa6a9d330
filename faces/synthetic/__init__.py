"""Renders people in both spectra, without licensed data (docs/rendering.md)."""

from faces.synthetic.difficulty import Difficulty
from faces.synthetic.renderer import render, render_with_truth

__all__ = ["Difficulty", "render", "render_with_truth"]
