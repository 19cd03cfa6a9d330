"""Defines control `regression`: NIR values predicted by boosted trees, fitted on true pairs.

A pixel's NIR value is predicted from its colour, its place, and mean and spread of its image's
colours, by trees without any network. It needs pairs, the same shot in both spectra, so it stands
beside the ceiling: it tells how much of a network's work a cheap regression does when it may see
the truth. Fitting and predicting never use the same people.
"""

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from faces.common.errors import DataError
from recognizer.controls.control import Control, Examples, Make

FOLDS = 3  # groups of people; each is predicted by trees that were fitted on the other groups
PIXELS = 200_000  # to fit on
TREES = 60
SEED = 0  # the predicted images are the same in every training, whatever its seed


def _learned(examples: Examples) -> Make:
    groups = _groups(examples.people)
    trees = [
        _fitted(examples, [person for person, own in groups.items() if own != group])
        for group in range(max(groups.values()) + 1)
    ]

    def make(images: np.ndarray, labels: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
        made = [
            predicted(trees[groups.get(int(label), 0)], image)
            for image, label in zip(images, labels, strict=True)
        ]
        return np.stack(made), labels

    return make


def _groups(people: np.ndarray) -> dict[int, int]:
    """Divide people into groups, (N,) int64 labels => group of each person.

    Raises DataError for a single person.
    """
    everyone = np.random.default_rng(SEED).permutation(np.unique(people))
    if len(everyone) < 2:
        raise DataError(
            "control regression: pairs of one person alone; it predicts images of people whose "
            "pairs it has not seen, so leave it out of controls.sets"
        )
    return {int(person): place % FOLDS for place, person in enumerate(everyone)}


def _fitted(examples: Examples, people: list[int]) -> HistGradientBoostingRegressor:
    """Fit trees on random pixels of the pairs of some people."""
    rows = np.flatnonzero(np.isin(examples.people, people))
    side = examples.vis.shape[1]
    per_image = max(1, min(side * side, PIXELS // len(rows)))
    generator = np.random.default_rng(SEED)
    features, targets = [], []
    for row in rows:
        pixels = generator.choice(side * side, per_image, replace=False)
        features.append(features_of(examples.vis[row])[pixels])
        targets.append(examples.true_nir[row].reshape(-1)[pixels])
    trees = HistGradientBoostingRegressor(max_iter=TREES, early_stopping=False, random_state=SEED)
    with threadpool_limits(1):  # sums of several threads would differ in their last bits
        return trees.fit(np.concatenate(features), np.concatenate(targets))


def features_of(image: np.ndarray) -> np.ndarray:
    """Return what a pixel's NIR value is predicted from, (S, S, 3) uint8 => (S * S, 11) float32.

    Red, green, blue, row and column as shares of the side, and mean and standard deviation of
    each colour over the image, all but the places in grey levels.
    """
    side = image.shape[0]
    colours = image.reshape(-1, 3).astype(np.float32)
    places = np.indices((side, side), np.float32).reshape(2, -1).T / side
    whole = np.concatenate([colours.mean(0), colours.std(0)])
    return np.hstack([colours, places, np.tile(whole, (len(colours), 1))])


def predicted(trees: HistGradientBoostingRegressor, image: np.ndarray) -> np.ndarray:
    """Predict the NIR image, (S, S, 3) uint8 => (S, S, 1) uint8."""
    values = trees.predict(features_of(image))
    return np.rint(values).clip(0, 255).astype(np.uint8).reshape(*image.shape[:2], 1)


CONTROL = Control(
    name="regression",
    training_set="real+regression",
    label="with NIR images predicted by trees that were fitted on true pairs",
    images_name="predicted NIR",
    role="paired",
    learn=_learned,
    needs_pairs=True,
)
