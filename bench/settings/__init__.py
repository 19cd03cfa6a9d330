"""Everything a run depends on: what can be set, and how it is read."""
