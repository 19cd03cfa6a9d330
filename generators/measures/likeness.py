"""Classifies fakes with a face network: as near-infrared or visible light, and as which person.

A Frechet distance compares two sets as a whole. A fake is useful to a recognizer if its embedding
lies where those of the near-infrared images of its person lie, so each fake is classified by itself
(docs/usefulness.md tells what this predicts).
"""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

# Strong shrinkage: there are hundreds of images for 128 features.
REGULARIZATION = 0.01


class People:
    """Real images of known people in both spectra, with which fakes are compared.

    `nir` and `vis`: (N, D) and (M, D) float embeddings; `nir_people`, `vis_people`: (N,), (M,) str.
    """

    def __init__(
        self, nir: np.ndarray, nir_people: np.ndarray, vis: np.ndarray, vis_people: np.ndarray
    ) -> None:
        self.nir, self.vis = np.asarray(nir, np.float64), np.asarray(vis, np.float64)
        self.nir_people, self.vis_people = np.asarray(nir_people, str), np.asarray(vis_people, str)
        self.names = np.unique(self.nir_people)
        means = [unit(self.nir)[self.nir_people == name].mean(0) for name in self.names]
        self.centres = np.array(means).reshape(len(self.names), -1)

    def near_infrared(self, images: np.ndarray, people: np.ndarray) -> np.ndarray:
        """Classify (K, D) embeddings of (K,) str people by spectrum => (K,) float64, 1 NIR, 0 VIS.

        By logistic regression between the real images of the two spectra. People are divided into
        two halves, and each half is classified by a regression that was fitted to the other one: an
        embedding depends more on the person than on the spectrum, and untranslated VIS images must
        not be among those that it is fitted to. NaN where a half has no image of one spectrum.
        """
        names = np.unique(np.concatenate([self.nir_people, self.vis_people, people]))
        halves = names[::2], names[1::2]
        answers = np.full(len(images), np.nan)
        for own, other in (halves, halves[::-1]):
            rows, regression = np.isin(people, own), self.regression(other)
            if rows.any() and regression is not None:
                answers[rows] = regression.predict(images[rows])
        return answers

    def regression(self, names: np.ndarray) -> Pipeline | None:
        """Fit a classifier of spectra, 1 for NIR and 0 for VIS, to the images of (P,) str people.

        None where they have no image of one spectrum.
        """
        nir, vis = (x[np.isin(p, names)] for x, p in self.pairs())
        if not len(nir) or not len(vis):
            return None
        spectrum = np.repeat([1.0, 0.0], [len(nir), len(vis)])
        regression = LogisticRegression(C=REGULARIZATION, class_weight="balanced", max_iter=1000)
        return make_pipeline(StandardScaler(), regression).fit(np.concatenate([nir, vis]), spectrum)

    def pairs(self) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
        """Return embeddings (N, D) and people (N,) of both spectra, NIR first."""
        return (self.nir, self.nir_people), (self.vis, self.vis_people)

    def right_person(self, images: np.ndarray, people: np.ndarray) -> np.ndarray:
        """Tell which embeddings are nearest to the NIR centre of their own person.

        (K, D) embeddings, (K,) str people => (K,) bool. Images of people without a real NIR image
        are never right: leave them out.
        """
        nearest = (unit(images) @ self.centres.T - (self.centres**2).sum(1) / 2).argmax(1)
        return self.names[nearest] == people


def unit(x: np.ndarray) -> np.ndarray:
    """Scale rows to length 1: (N, D) => (N, D) float64."""
    x = np.asarray(x, np.float64)
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def pairs_of_people(
    a_people: np.ndarray, b_people: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw for each row of `a` a row of `b` of the same person and one of another person.

    (N,) str, (M,) str => three (K,) int row numbers: of `a`, where there are both, and of `b`.
    """
    rows, genuine, impostor = [], [], []
    for row, name in enumerate(a_people):
        same, other = np.flatnonzero(b_people == name), np.flatnonzero(b_people != name)
        if len(same) and len(other):
            rows.append(row)
            genuine.append(rng.choice(same))
            impostor.append(rng.choice(other))
    return np.array(rows, int), np.array(genuine, int), np.array(impostor, int)
