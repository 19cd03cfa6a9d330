"""Failures and error rates of ISO/IEC 19795-1, against plain loops over outcomes."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from reports.material import Material, TrainingSet
from reports.summary import summarise
from reports.tables.error_rates import TITLE, error_rate_frame, error_rate_tables
from tests.metric_records import RECORDS

SETS = (TrainingSet("real", "baseline", "no fakes"), TrainingSet("real+A", "fakes", "fakes", "A"))
RATES = ("0.01", "0.001")
ATTEMPTS = {"people": 40, "not_enrolled": 1, "probes": 290, "not_acquired": 29, "lost_probes": 6}


def material(seed: int, sources=("nir", "vis")) -> Material:
    """Return outcomes of two training sets and two seeds; some faces are missing."""
    draw = np.random.default_rng(seed)
    probes = [(f"s{person}/{i}", f"s{person}") for person in range(8) for i in range(6)]
    missing = draw.random(len(probes)) < draw.choice([0, 0.1, 0.4])
    missing[:2] = False
    rows = []
    for name in ("real", "real+A"):
        for training in (0, 1):
            for (probe, subject), missed in zip(probes, missing, strict=True):
                values = {"rank1": 0.0 if missed else float(draw.random() < 0.5)}
                if not missed:
                    for source in sources:
                        for rate in RATES:
                            values[f"fnmr@{source}-fmr={rate}"] = float(draw.random() < 0.3)
                            values[f"fmr@{source}-fmr={rate}"] = draw.random() / 10
                rows += [(name, training, "unseen-subjects", metric, probe, subject, value)
                         for metric, value in values.items()]  # fmt: skip
    columns = ["training_set", "seed", "protocol", "metric", "probe", "subject", "value"]
    outcomes = pd.DataFrame(rows, columns=columns)
    quality = pd.DataFrame(columns=["images", "metric", "seed", "value", "n"])
    provenance = {"data": {"attempts": ATTEMPTS}}
    return Material(provenance, SETS, outcomes, pd.DataFrame(), quality, metrics=RECORDS)


@pytest.mark.parametrize("seed", range(20))
def test_rates_of_the_system_count_every_failed_attempt(seed):
    """FRR and FAR are means over all probes, in which a failed one is rejected by everybody."""
    made = material(seed)
    frame = error_rate_frame(summarise(made, resamples=20))
    assert len(frame) == 2 * 4
    for row in frame.itertuples():
        own = made.outcomes[made.outcomes["training_set"] == row.training_set]
        rejected, accepted = [], []
        for _, of_seed in own.groupby("seed"):
            values = {(line.metric, line.probe): line.value for line in of_seed.itertuples()}
            for probe in dict.fromkeys(of_seed["probe"]):
                rejected.append(values.get((f"fnmr@{row.threshold}", probe), 1.0))
                accepted.append(values.get((f"fmr@{row.threshold}", probe), 0.0))
        assert row.frr == pytest.approx(np.mean(rejected))
        assert row.far == pytest.approx(np.mean(accepted))
        assert row.frr == pytest.approx(row.failed + (1 - row.failed) * row.fnmr)
        assert row.fnmr_ci_low <= row.fnmr <= row.fnmr_ci_high


def test_tables_show_failures_and_the_rates_at_the_first_threshold_on_photographs():
    made = material(3)
    summary = summarise(made, resamples=20)
    failures, found = error_rate_tables(made, summary)
    assert [cell[0] for cell in failures.rows[0][1:]] == ["40", "1", "2.5"]
    assert [cell[0] for cell in failures.rows[1][1:]] == ["290", "29", "10.0"]
    assert "6 further probes" in failures.note
    assert found.title == TITLE
    assert "vis-fmr=0.01," in found.note
    frame = error_rate_frame(summary)
    frame = frame[frame["threshold"] == "vis-fmr=0.01"].set_index("training_set")
    for name, fmr, fnmr, far, frr in found.rows:
        row = frame.loc[name[0]]
        assert fmr[0].startswith(f"{100 * row['fmr']:.2f} [")
        assert fnmr[0].startswith(f"{100 * row['fnmr']:.1f} [")
        assert (far[0], frr[0]) == (f"{100 * row['far']:.2f}", f"{100 * row['frr']:.1f}")


def test_older_runs_have_rates_without_counts_or_neither():
    made = replace(material(1), provenance={})
    (only,) = error_rate_tables(made, summarise(made, resamples=20))
    assert only.title == TITLE
    bare = material(1, sources=())
    assert error_rate_tables(bare, summarise(bare, resamples=20)) == []
    assert error_rate_frame(summarise(bare, resamples=20)).empty
