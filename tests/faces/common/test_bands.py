"""Tests that arithmetic in bands gives what arithmetic at once gives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faces.common import bands


@given(
    shape=st.one_of(
        st.tuples(st.integers(0, 40), st.integers(0, 30)),
        st.tuples(st.integers(0, 40), st.integers(0, 30), st.integers(1, 4)),
    ),
    band_values=st.integers(1, 200),
    seed=st.integers(0, 9),
)
def test_bands_change_nothing(shape, band_values, seed):
    image = np.random.default_rng(seed).integers(0, 65536, shape, np.uint16)
    seen = []

    def function(pixels):
        seen.append(pixels.size)
        return ((pixels.astype(np.uint32) * 255 + 32767) // 65535).astype(np.uint8)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bands, "BAND_VALUES", band_values)
        result = bands.in_bands(function, image)
    np.testing.assert_array_equal(result, function(image))
    assert result.dtype == np.uint8
    assert max(seen[:-1]) <= max(band_values, image[:1].size)
