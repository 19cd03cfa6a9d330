"""How good fakes are: pure functions of arrays, joined in generators/quality.py."""
