"""Files are listed as images by the suffixes that writers of BMP, JPEG, PNG and TIFF use."""

import pytest

from faces import layouts
from tests.faces.pixels.ramps import BY_ROW

SUFFIXES = {"BMP": ["bmp", "dib"], "JPEG": ["jpg", "jpeg", "jpe", "jfif"], "PNG": ["png"],
            "TIFF": ["tif", "tiff"]}  # fmt: skip


@pytest.mark.parametrize("turned", [str.lower, str.upper])
def test_every_usual_suffix_is_read(tmp_path, turned):
    expected = set()
    for (format, _), (first, *_) in BY_ROW.items():
        for suffix in SUFFIXES[format]:
            source = f"NIR/somebody/{format}.{turned(suffix)}"
            path = tmp_path / "set" / source
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(first.data)
            expected.add(source)
    manifest = layouts.read("folders", tmp_path / "set", tmp_path / "cache", workers=1)
    assert set(manifest.images["source"]) == expected
    assert manifest.refused.empty
