"""Collects finished stages into what the report is made of."""
