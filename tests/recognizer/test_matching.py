"""Matching embeddings of a stand-in network: galleries, misses and files."""

import numpy as np
import pandas as pd
import pytest

from faces.common.errors import DataError
from faces.packed import Packed, read_table
from recognizer import matching, tables
from recognizer.matching import gallery_draws, match
from recognizer.metrics import threshold_for
from recognizer.open_set import strangers
from recognizer.thresholds import TrainingImages

FARS = (0.1, 0.01, 0.0001)
PEOPLE = [f"{i:03}" for i in range(12)]


def part(shots: int, spectrum: str, missing: tuple[int, ...] = (), noise: float = 40) -> Packed:
    """Return images of a few pixels: those of the person, and noise."""
    draw = np.random.default_rng(shots)
    rows = [(person, spectrum, shot) for person in PEOPLE for shot in range(shots)]
    index = pd.DataFrame(rows, columns=["subject", "spectrum", "shot"])
    faces = np.random.default_rng(9).integers(0, 256, (len(PEOPLE), 4, 4, 1))
    images = np.repeat(faces, shots, axis=0) + draw.normal(0, noise, (len(rows), 4, 4, 1))
    found = ~np.isin(np.arange(len(rows)), missing)
    return Packed(images.clip(0, 255).astype(np.uint8), index.assign(found=found))


def embed_pixels(images: np.ndarray, spectrum: str) -> np.ndarray:
    flat = images.reshape(len(images), 16).astype(np.float32) - 128
    return flat / np.linalg.norm(flat, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def matched() -> tables.Tables:
    """Faces not found: probe 2, and all gallery images of person 001, whose probes are 4 to 7."""
    gallery, probe = part(3, "VIS", (3, 4, 5)), part(4, "NIR", (2,))
    return match(gallery, probe, embed_pixels, draws=3, far_targets=FARS)


MISSES = ["000/NIR/2", *(f"001/NIR/{shot}" for shot in range(4))]


def test_misses_have_the_worst_outcome_of_every_metric(matched):
    rows = matched.outcomes
    assert set(rows["metric"]) == {"rank1", "rank5", "rank10", "auc", "eer", "vr@far=0.1"}
    assert rows.groupby("metric")["probe"].nunique().unique().tolist() == [48]
    missed = rows[rows["probe"].isin(MISSES)]
    assert (missed["value"] == (missed["metric"] == "eer")).all()
    found = rows[~rows["probe"].isin(MISSES)]
    assert found.groupby("metric")["value"].mean().drop("eer").min() > 0.3
    assert found.loc[found["metric"] == "eer", "value"].mean() < 0.3


def test_confusions_name_the_most_similar_other_person_of_the_first_gallery(matched):
    rows = matched.confusions
    assert list(rows["probe"]) == [p for p in probe_names() if p not in MISSES]
    gallery, probe = part(3, "VIS"), part(4, "NIR")
    enrolled = np.flatnonzero(gallery.index["subject"] != "001")
    subjects = gallery.index["subject"].to_numpy(str)[enrolled]
    first = gallery_draws(subjects, 3, matching.GALLERY_SEED)[0]
    likeness = (
        embed_pixels(probe.images, "NIR") @ embed_pixels(gallery.images[enrolled[first]], "VIS").T
    )
    of_probe = dict(zip(probe_names(), likeness, strict=True))
    for row in rows.itertuples():
        scores = dict(zip(subjects[first], of_probe[row.probe], strict=True))
        assert row.genuine == pytest.approx(scores.pop(row.subject), abs=1e-5)
        assert row.impostor == pytest.approx(max(scores.values()), abs=1e-5)
        assert row.impostor == pytest.approx(scores[row.other], abs=1e-5)


def probe_names() -> list[str]:
    return [f"{person}/NIR/{shot}" for person in PEOPLE for shot in range(4)]


def test_files_hold_the_columns_and_names_as_written(matched, tmp_path):
    matched.write(tmp_path)
    for name, columns in tables.COLUMNS.items():
        table = read_table(tmp_path / f"{name}.csv")
        assert tuple(table.columns) == columns
        assert len(table) == len(getattr(matched, name))
    assert set(read_table(tmp_path / "confusions.csv")["other"]) <= set(PEOPLE)
    omitted = read_table(tmp_path / "omitted.csv").set_index("metric")["reason"]
    assert omitted.index[:2].tolist() == ["vr@far=0.01", "vr@far=0.0001"]
    assert len(omitted) == 2 + 8 + 4
    assert "among 495 impostor pairs" in omitted["fpir@vis-fmr=0.01"]  # of 33 photographs
    assert "no images to set it on" in omitted["fnmr@nir-fmr=0.01"]


def test_tables_without_rows_keep_their_columns(tmp_path):
    tables.joined([]).write(tmp_path)
    for name, columns in tables.COLUMNS.items():
        assert (tmp_path / f"{name}.csv").read_text() == ",".join(columns) + "\n"


def test_curves_end_at_the_share_that_could_be_matched(matched):
    last = matched.curves.groupby("curve")["y"].last()
    np.testing.assert_allclose(last[["cmc", "roc"]], 43 / 48)


def test_the_order_of_probes_changes_no_value():
    gallery, probe = part(2, "VIS"), part(4, "NIR", (2,))
    rows = np.random.default_rng(0).permutation(48)
    moved = Packed(probe.images[rows], probe.index.iloc[rows].reset_index(drop=True))
    one, other = (
        match(gallery, probes, embed_pixels, draws=2, far_targets=FARS) for probes in (probe, moved)
    )
    for name, by in {"outcomes": ["metric", "probe"], "confusions": ["probe"]}.items():
        first, second = (
            getattr(matches, name).sort_values(by, ignore_index=True) for matches in (one, other)
        )
        pd.testing.assert_frame_equal(first, second, check_exact=True)
    pd.testing.assert_frame_equal(one.curves, other.curves, check_exact=True)


def test_each_side_is_embedded_as_its_spectrum():
    asked = []

    def embed(images: np.ndarray, spectrum: str) -> np.ndarray:
        asked.append((len(images), spectrum))
        return embed_pixels(images, spectrum)

    match(part(3, "VIS", (3,)), part(4, "NIR", (2,)), embed, draws=3, far_targets=FARS)
    assert asked == [(35, "VIS"), (47, "NIR")]


def trained_on(shots: int, spectrum: str) -> Packed:
    """Return images of other people, all found."""
    images = part(shots, spectrum, noise=70)
    names = "t" + images.index["subject"]
    return Packed(images.images[:, ::-1].copy(), images.index.assign(subject=names))


def impostors(a: Packed, b: Packed, spectra: tuple[str, str], rows: np.ndarray) -> list[float]:
    """Return cosines of images of two people; pairs of one list with itself are taken once."""
    left, right = embed_pixels(a.images, spectra[0]), embed_pixels(b.images, spectra[1])
    names = a.index["subject"].tolist(), b.index["subject"].tolist()
    return [
        float(left[i].astype(float) @ right[j].astype(float))
        for i in range(len(left))
        for j in range(len(right))
        if names[0][i] != names[1][j] and (a is not b or (j > i and rows[i] and rows[j]))
    ]


def test_thresholds_of_photographs_and_training_images_travel_to_the_probes():
    """Against loops: missing faces in the gallery and among probes, one gallery of many images."""
    gallery, probe = part(6, "VIS", (3, 40, *range(6, 12)), 90), part(4, "NIR", (2, 30), 90)
    training = TrainingImages(trained_on(4, "VIS"), trained_on(5, "NIR"))
    found = match(
        gallery, probe, embed_pixels, draws=3, far_targets=FARS, training=training
    ).outcomes
    enrolled = gallery.index["found"].to_numpy(bool)
    scores = {
        "vis": impostors(gallery, gallery, ("VIS", "VIS"), enrolled),
        "nir": impostors(training.nir, training.vis, ("NIR", "VIS"), enrolled),
    }
    subjects = gallery.index["subject"].to_numpy(str)[enrolled]
    images = gallery.images[enrolled]
    draws = gallery_draws(subjects, 3, matching.GALLERY_SEED)
    unknown = strangers(PEOPLE)
    for source, of_source in scores.items():
        threshold = threshold_for(np.array(of_source), 0.01)
        for place, (name, shown) in enumerate(
            zip(probe_names(), probe.index["found"], strict=True)
        ):
            own = name[:3]
            missed = not shown or own not in subjects
            expected: dict[str, list[float]] = {"fmr": [], "fnmr": [], "fpir": [], "fnir": []}
            for rows in draws:
                of_people = dict(
                    zip(
                        subjects[rows],
                        embed_pixels(images[rows], "VIS").astype(float)
                        @ embed_pixels(probe.images[place][None], "NIR")[0].astype(float),
                        strict=True,
                    )
                )
                others = [score for person, score in of_people.items() if person != own]
                rivals = [
                    score
                    for person, score in of_people.items()
                    if person != own and person not in unknown
                ]
                if not missed:
                    expected["fmr"].append(np.mean([score >= threshold for score in others]))
                    expected["fnmr"].append(of_people[own] < threshold)
                if own in unknown:
                    expected["fpir"].append(not missed and max(rivals) >= threshold)
                else:
                    first = not missed and of_people[own] >= max(threshold, max(rivals))
                    expected["fnir"].append(not first)
            for rate, values in expected.items():
                if source == "nir" and rate in ("fpir", "fnir"):
                    continue
                of_probe = found[found["probe"] == name].set_index("metric")["value"]
                key = f"{rate}@{source}-fmr=0.01"
                assert (key in of_probe) == bool(values), (name, key)
                if values:
                    assert of_probe[key] == pytest.approx(np.mean(values)), (name, key)


def test_each_training_image_is_embedded_as_its_spectrum():
    asked = []

    def embed(images: np.ndarray, spectrum: str) -> np.ndarray:
        asked.append((len(images), spectrum))
        return embed_pixels(images, spectrum)

    training = TrainingImages(trained_on(2, "VIS"), trained_on(5, "NIR"))
    match(part(3, "VIS"), part(4, "NIR"), embed, draws=3, far_targets=FARS, training=training)
    assert sorted(asked) == [(24, "VIS"), (36, "VIS"), (48, "NIR"), (60, "NIR")]


def test_nobody_to_match_is_told():
    nobody = part(4, "NIR", tuple(range(48)))
    with pytest.raises(DataError, match="too few found faces"):
        match(part(2, "VIS"), nobody, embed_pixels, draws=2, far_targets=FARS)


@pytest.mark.parametrize("seed", range(8))
def test_gallery_draws_hold_one_image_of_each_subject_and_use_all_before_any_twice(seed):
    subjects = np.random.default_rng(seed).choice(["a", "b", "c", "d"], 30)
    subjects[:4] = ["a", "b", "c", "d"]
    draws = gallery_draws(subjects, 5, seed)
    again = gallery_draws(subjects, 5, seed)
    assert all((rows == same).all() for rows, same in zip(draws, again, strict=True))
    for rows in draws:
        assert subjects[rows].tolist() == ["a", "b", "c", "d"]
    for person, used in zip("abcd", np.transpose(draws), strict=True):
        available = np.count_nonzero(subjects == person)
        assert len(set(used)) == min(available, len(draws))


def test_a_gallery_of_one_image_each_is_drawn_once():
    assert len(gallery_draws(np.array(["b", "a"]), 5, 0)) == 1
