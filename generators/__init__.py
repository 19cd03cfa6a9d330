"""Translators from visible to near-infrared light: networks, training, fakes, and their quality."""
