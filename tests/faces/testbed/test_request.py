"""Tests how many images each person gets."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from faces.testbed.request import Request

ranges = st.tuples(st.integers(0, 20), st.integers(0, 20)).map(lambda pair: tuple(sorted(pair)))


def request(subjects, vis, nir, images, *, seed=0) -> Request:
    return Request(
        layout="casia",
        subjects=subjects,
        vis_per_subject=vis,
        nir_per_subject=nir,
        images=images,
        side_px=16,
        mess=False,
        seed=seed,
    )


@given(
    subjects=st.integers(1, 40),
    vis=ranges,
    nir=ranges,
    share=st.floats(0, 1),
    seed=st.integers(0, 9),
)
def test_the_sum_is_met_within_the_ranges(*, subjects, vis, nir, share, seed):
    fewest, most = subjects * (vis[0] + nir[0]), subjects * (vis[1] + nir[1])
    images = round(fewest + share * (most - fewest))
    counts = request(subjects, vis, nir, images, seed=seed).counts()
    assert counts.shape == (subjects, 2)
    assert counts.sum() == images
    for column, (low, high) in enumerate((vis, nir)):
        assert ((low <= counts[:, column]) & (counts[:, column] <= high)).all()


@given(ranges, ranges, st.integers(0, 9))
def test_without_a_sum_every_number_of_a_range_occurs(vis, nir, seed):
    counts = request(900, vis, nir, None, seed=seed).counts()
    for column, (low, high) in enumerate((vis, nir)):
        assert np.unique(counts[:, column]).tolist() == list(range(low, high + 1))
