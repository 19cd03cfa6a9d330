"""Classifies fakes with a face network: as near-infrared or visible light, and as which person.

A Frechet distance asks whether two sets look alike as a whole. A fake is useful to a recognizer if
it stands where the near-infrared images of its person stand, so this is asked of each fake by
itself (docs/usefulness.md has what it foretells).
"""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

# Strong shrinkage: there are hundreds of images for 128 features.
REGULARIZATION = 0.01


class People:
    """Real images of known people in both spectra: who is asked about fakes.

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
        """(K, D) embeddings of (K,) people -> (K,) float64, 1 taken for near-infrared, else 0.

        By logistic regression between the real images of the two spectra. People are halved, and
        each half is judged by a regression that has not seen it: a face tells its person before its
        spectrum, and untranslated VIS images must not be judged by themselves. NaN where a half
        has no image of one spectrum to learn from.
        """
        names = np.unique(np.concatenate([self.nir_people, self.vis_people, people]))
        halves = names[::2], names[1::2]
        answers = np.full(len(images), np.nan)
        for own, other in (halves, halves[::-1]):
            asked, regression = np.isin(people, own), self.regression(other)
            if asked.any() and regression is not None:
                answers[asked] = regression.predict(images[asked])
        return answers

    def regression(self, names: np.ndarray) -> Pipeline | None:
        """Gives a classifier of spectra, 1 near-infrared and 0 visible, that knows these people."""
        nir, vis = (x[np.isin(p, names)] for x, p in self.pairs())
        if not len(nir) or not len(vis):
            return None
        spectrum = np.repeat([1.0, 0.0], [len(nir), len(vis)])
        regression = LogisticRegression(C=REGULARIZATION, class_weight="balanced", max_iter=1000)
        return make_pipeline(StandardScaler(), regression).fit(np.concatenate([nir, vis]), spectrum)

    def pairs(self) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
        return (self.nir, self.nir_people), (self.vis, self.vis_people)

    def right_person(self, images: np.ndarray, people: np.ndarray) -> np.ndarray:
        """(K, D) embeddings -> (K,) bool, nearest to the own person's near-infrared centre.

        Images of people without a near-infrared image are never right: leave them out.
        """
        nearest = (unit(images) @ self.centres.T - (self.centres**2).sum(1) / 2).argmax(1)
        return self.names[nearest] == people


def unit(x: np.ndarray) -> np.ndarray:
    """(N, D) -> rows of length 1."""
    x = np.asarray(x, np.float64)
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def pairs_of_people(
    a_people: np.ndarray, b_people: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gives (K,) rows of `a` that have both, a row of `b` of the same person, one of another."""
    rows, genuine, impostor = [], [], []
    for row, name in enumerate(a_people):
        same, other = np.flatnonzero(b_people == name), np.flatnonzero(b_people != name)
        if len(same) and len(other):
            rows.append(row)
            genuine.append(rng.choice(same))
            impostor.append(rng.choice(other))
    return np.array(rows, int), np.array(genuine, int), np.array(impostor, int)
