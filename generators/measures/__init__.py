"""Measures of image quality: pure functions of arrays, combined in generators/quality.py."""
