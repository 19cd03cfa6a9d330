"""Scoring a network, from its file to tables: misses, galleries, classes and protocols."""

import numpy as np
import pandas as pd
import pytest
import torch

from faces.common.errors import DataError
from faces.packed import Packed, read_table
from recognizer import network, scoring, tables
from recognizer.batch_statistics import with_statistics_of
from recognizer.embedding import embed
from recognizer.metrics import threshold_for
from recognizer.thresholds import TrainingImages

CPU = torch.device("cpu")
CLASSES = ("003", "010", "021")
UNSEEN = ("101", "102", "103", "104", "105")


def packed(subjects: tuple[str, ...], shots: int, spectrum: str, seed: int) -> Packed:
    channels = 3 if spectrum == "VIS" else 1
    rows = [(subject, spectrum, shot) for subject in subjects for shot in range(shots)]
    index = pd.DataFrame(rows, columns=["subject", "spectrum", "shot"])
    shape = (len(rows), 80, 80, channels)
    images = np.random.default_rng(seed).integers(0, 256, shape, np.uint8)
    return Packed(images, index.assign(found=True))


def training(*people: str) -> TrainingImages:
    return TrainingImages(packed(people, 30, "VIS", 5), packed(people, 40, "NIR", 6))


@pytest.fixture(scope="module")
def parts():
    return scoring.Parts(
        CLASSES,
        packed(CLASSES, 2, "NIR", 1),
        packed(CLASSES, 1, "VIS", 2),
        packed(UNSEEN, 2, "VIS", 3),
        packed(UNSEEN, 3, "NIR", 4),
    )


@pytest.fixture(scope="module")
def misses(parts):
    """Rows of faces that were not found: a held-out image, a probe, and all of 105's gallery."""
    parts.held_out_nir.index.loc[1, "found"] = False
    parts.probe.index.loc[0, "found"] = False
    parts.gallery.index.loc[8:9, "found"] = False


@pytest.fixture(scope="module")
def scored(trained, settings, parts, *, misses, tmp_path_factory):
    out = tmp_path_factory.mktemp("scores")
    scoring.score(trained, settings, parts, out, device=CPU)
    return out


@pytest.fixture(scope="module")
def table(scored):
    return pd.read_csv(scored / "outcomes.csv", dtype={"subject": str})


def test_every_probe_has_one_row_per_metric_and_a_stable_name(table, parts):
    assert tuple(table.columns) == tables.COLUMNS["outcomes"]
    counts = table.groupby(["protocol", "metric"])["probe"].agg(["count", "nunique"])
    assert counts["count"].to_dict() == counts["nunique"].to_dict()
    assert counts["count"].to_dict() == {
        ("seen-subjects", "accuracy"): 6,
        ("seen-subjects", "accuracy-vis"): 3,
        ("unseen-subjects", "auc"): 15,
        ("unseen-subjects", "eer"): 15,
        ("unseen-subjects", "rank1"): 15,
        ("unseen-subjects", "vr@far=0.4"): 15,
    }
    assert {"003/NIR/0", "021/VIS/0", "104/NIR/2"} <= set(table["probe"])
    assert (table["probe"].str.split("/").str[0] == table["subject"]).all()


def test_missing_faces_are_misses(table):
    missed = table[table["probe"].isin(["003/NIR/1", "101/NIR/0"]) | (table["subject"] == "105")]
    assert len(missed) == 1 + 4 + 3 * 4
    assert (missed["value"] == (missed["metric"] == "eer")).all()


def test_accuracy_is_that_of_the_classifier(table, loaded, parts):
    logits = embed(loaded, parts.held_out_nir.images, 80, "grey", device=CPU).logits
    said = np.array(CLASSES)[logits.argmax(1)]
    expected = (said == parts.held_out_nir.index["subject"]) & parts.held_out_nir.index["found"]
    values = table.loc[table["metric"] == "accuracy", "value"]
    assert values.tolist() == expected.astype(float).tolist()


def test_rank1_averages_over_galleries_of_found_images(table, loaded, parts):
    probe = embed(loaded, parts.probe.images, 80, "grey", device=CPU).embeddings
    gallery = embed(loaded, parts.gallery.images[:8], 80, "grey", device=CPU).embeddings
    subjects = parts.gallery.index["subject"].to_numpy()[:8]
    values = table[table["metric"] == "rank1"].set_index("probe")["value"]
    for row in range(1, 12):
        subject, spectrum, shot, _ = parts.probe.index.loc[row]
        scores = gallery @ probe[row]
        own, other = scores[subjects == subject], scores[subjects != subject]
        if own.min() > other.max():
            assert values[f"{subject}/{spectrum}/{shot}"] == 1
        assert values[f"{subject}/{spectrum}/{shot}"] in (0, 0.5, 1)


def test_what_is_left_out_says_why(scored):
    omitted = pd.read_csv(scored / "omitted.csv")
    assert omitted["metric"].tolist()[:3] == ["rank5", "rank10", "vr@far=0.001"]
    assert len(omitted) == 3 + 8 + 4
    assert "4 gallery people" in omitted["reason"][0]
    assert "impostor" in omitted["reason"][2]


def test_confusions_name_another_person_for_every_found_probe(scored, loaded, parts):
    table = read_table(scored / "confusions.csv")
    assert tuple(table.columns) == tables.COLUMNS["confusions"]
    assert table["protocol"].value_counts().to_dict() == {"seen-subjects": 5, "unseen-subjects": 11}
    assert (table["other"] != table["subject"]).all()
    seen = table[table["protocol"] == "seen-subjects"].set_index("probe")
    logits = embed(loaded, parts.held_out_nir.images, 80, "grey", device=CPU).logits
    for row, (subject, spectrum, shot, found) in enumerate(parts.held_out_nir.index.values):
        if found:
            known = dict(zip(CLASSES, logits[row], strict=True))
            line = seen.loc[f"{subject}/{spectrum}/{shot}"]
            assert line["genuine"] == pytest.approx(known.pop(subject), abs=1e-4)
            assert line["impostor"] == pytest.approx(max(known.values()), abs=1e-4)
            assert known[line["other"]] == max(known.values())


def test_wins_and_confusions_tell_the_same(scored, table):
    """An image is classified right if its own logit is above that of the most similar person."""
    rows = read_table(scored / "confusions.csv").set_index("probe")
    accurate = table[table["metric"] == "accuracy"].set_index("probe")["value"][rows.index[:5]]
    seen = rows.iloc[:5]
    assert ((seen["genuine"] > seen["impostor"]) == (accurate == 1)).all()


def test_curves_end_at_the_share_of_probes_that_could_be_matched(scored):
    curves = pd.read_csv(scored / "curves.csv")
    assert tuple(curves.columns) == tables.COLUMNS["curves"]
    last = curves.groupby("curve")["y"].last()
    np.testing.assert_allclose(last[["cmc", "roc"]], 11 / 15)


def test_the_same_weights_give_the_same_bytes(trained, settings, parts, *, scored, tmp_path):
    scoring.score(trained, settings, parts, tmp_path, device=CPU)
    for path in sorted(scored.iterdir()):
        assert path.read_bytes() == (tmp_path / path.name).read_bytes()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"classes": (*CLASSES, "101")}, "trained on: 101"),
        ({"classes": CLASSES[:2]}, "not trained on: 021"),
        ({"classes": (*CLASSES, "030")}, "knows 3 subjects, the split 4"),
        ({"probe": packed(("108",), 1, "NIR", 0)}, "without a gallery image: 108"),
        ({"training": training("101")}, "training images of subjects that were not .*: 101"),
    ],
)
def test_a_split_that_contradicts_the_protocol_is_refused(
    trained, settings, parts, tmp_path, *, changed, message
):
    changed_parts = scoring.Parts(**vars(parts) | changed)
    with pytest.raises(DataError, match=message):
        scoring.score(trained, settings, changed_parts, tmp_path, device=CPU)
    assert not list(tmp_path.iterdir())


def test_no_found_face_is_told(trained, settings, parts, tmp_path):
    nobody = Packed(parts.probe.images, parts.probe.index.assign(found=False))
    changed_parts = scoring.Parts(**vars(parts) | {"probe": nobody})
    with pytest.raises(DataError, match="too few found faces"):
        scoring.score(trained, settings, changed_parts, tmp_path, device=CPU)


def test_training_images_set_a_threshold_with_the_statistics_of_their_spectrum(
    trained, settings, parts, *, scored, tmp_path
):
    nir = np.random.default_rng(8).integers(0, 90, (40, 90, 90, 1), np.uint8)
    learned = training(*CLASSES[:2])
    with_training = scoring.Parts(**vars(parts) | {"training": learned})
    chosen = {"device": CPU, "statistics_of": {"NIR": nir}}
    steps = []
    scoring.score(trained, settings, with_training, tmp_path, **chosen,
                  progress=lambda step, total, _: steps.append((step, total)))  # fmt: skip
    assert steps[-1][0] == steps[-1][1] - 3  # probes of 105, who has no gallery image
    before, after = (read_table(folder / "omitted.csv") for folder in (scored, tmp_path))
    assert set(before["metric"]) - set(after["metric"]) == {
        "fmr@nir-fmr=0.01",
        "fnmr@nir-fmr=0.01",
    }
    adapted = with_statistics_of(
        network.load(trained), nir, side_px=settings.side_px, colour="grey", device=CPU
    )
    look = {"NIR": adapted, "VIS": network.load(trained)}

    def seen(part: Packed, spectrum: str) -> np.ndarray:
        shown = part.images[part.index["found"].to_numpy(bool)]
        found = embed(look[spectrum], shown, settings.side_px, "grey", device=CPU)
        return found.embeddings.astype(float)

    names = (part.index["subject"].to_numpy(str) for part in (learned.nir, learned.vis))
    different = np.not_equal.outer(*names)
    scores = seen(learned.nir, "NIR") @ seen(learned.vis, "VIS").T
    threshold = threshold_for(scores[different], 0.01)
    rows = read_table(tmp_path / "outcomes.csv").query("metric == 'fnmr@nir-fmr=0.01'")
    assert len(rows) == 11
    gallery = seen(parts.gallery, "VIS").reshape(4, 2, -1)
    probes = seen(parts.probe, "NIR")[:11]  # those of 105, who has no gallery image, come last
    people = parts.probe.index["subject"][parts.probe.index["found"]].to_numpy(str)[:11]
    for value, probe, person in zip(rows["value"].astype(float), probes, people, strict=True):
        both = gallery[UNSEEN.index(person)] @ probe
        assert value == pytest.approx(np.mean(both < threshold))


def test_statistics_of_a_spectrum_change_its_scores_and_nothing_else(
    trained, settings, parts, *, scored, tmp_path
):
    """Accuracy on VIS stays with statistics of NIR; logits of NIR are those of the new network."""
    nir = np.random.default_rng(8).integers(0, 90, (40, 90, 90, 1), np.uint8)
    scoring.score(trained, settings, parts, tmp_path, device=CPU, statistics_of={"NIR": nir})
    before, after = (pd.read_csv(folder / "confusions.csv") for folder in (scored, tmp_path))
    assert (before["genuine"] != after["genuine"]).all()
    before, after = (pd.read_csv(folder / "outcomes.csv") for folder in (scored, tmp_path))
    same = before["metric"] == "accuracy-vis"
    pd.testing.assert_frame_equal(before[same], after[same])
    adapted = with_statistics_of(
        network.load(trained), nir, side_px=settings.side_px, colour="grey", device=CPU
    )
    found = parts.held_out_nir.index["found"].to_numpy(bool)
    logits = embed(
        adapted, parts.held_out_nir.images[found], settings.side_px, "grey", device=CPU
    ).logits
    labels = pd.Index(parts.classes).get_indexer(parts.held_out_nir.index["subject"][found])
    rows = pd.read_csv(tmp_path / "confusions.csv").query("protocol == 'seen-subjects'")
    np.testing.assert_allclose(rows["genuine"], logits[np.arange(len(labels)), labels], rtol=1e-4)
