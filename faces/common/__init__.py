"""Provides tools that every package uses and that are independent of faces."""
