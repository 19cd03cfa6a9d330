"""Runs side by side: what differs in their settings, and which differences are real."""
