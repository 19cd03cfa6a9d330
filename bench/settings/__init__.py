"""The settings of a run: what can be set, and how settings are read."""
