"""Provides tools that every package uses and that have nothing to do with faces."""
