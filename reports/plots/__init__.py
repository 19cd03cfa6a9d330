"""Figures, one file per family; each takes numbers and returns `Plot`s, which `figure` saves."""
