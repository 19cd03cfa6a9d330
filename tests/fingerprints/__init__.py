"""Fingerprints of the source that each stage depends on, and the check that keys know the code."""
