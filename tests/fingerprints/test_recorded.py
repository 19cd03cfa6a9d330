"""Holds the source of every stage against its recorded fingerprint."""

from tests.fingerprints.record import complaints, fingerprints, read


def test_no_stage_has_changed_without_a_word():
    lines = complaints(fingerprints(), read()[0])
    assert not lines, "\n".join(lines)
