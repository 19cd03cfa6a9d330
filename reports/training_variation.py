"""Estimates the training variation: how much a score differs from one training seed to another.

Seeds are blocks and training sets are treatments, as in a randomised block design (Montgomery,
"Design and Analysis of Experiments", chapter 4). The effect that a seed has on all training sets
alike cancels in their differences. The rest is chance, and a difference is compared with it.

What a seed moves is not the same for all sets. Another seed gives sets with fakes another
translator, which is good or bad for all of them alike, and sets without fakes nothing of the kind.
So sets are pooled only within a class: those in which a seed moves the same things (`class_of`).
A difference of two sets of one class is compared with the variation of the class: three seeds of
two sets give 2 degrees of freedom and a t quantile of 4.3, three seeds of six sets 10 and 2.2. A
difference across classes is compared with its own variation over seeds, and has one degree of
freedom less than there are seeds. docs/calibration.md shows what pooling over all sets would do.
"""

from dataclasses import dataclass

import numpy as np

from reports.material import TrainingSet

Class = tuple[str, ...]


@dataclass(frozen=True)
class TrainingVariation:
    """The variance of one seed's value around that of all seeds, and how well it is known.

    `variance` is in squared units of the metric; `freedom` are its degrees of freedom.
    """

    variance: float
    freedom: float


def class_of(training_set: TrainingSet) -> Class:
    """Return what another seed moves in a training set; sets with the same are of one class.

    An external recognizer is a class of its own, as nothing in it is trained here. Of an older run
    it is only known which sets have fakes.
    """
    if training_set.role == "external":
        return ("external", training_set.name)
    if training_set.moved_by is not None:
        return training_set.moved_by
    return ("translator",) if training_set.with_fakes else ()


def variation_of_differences(means: np.ndarray) -> TrainingVariation:
    """Estimate the variation of the difference of any two sets, from means (sets, seeds) float.

    It is twice the mean square of the interaction of sets and seeds. With two sets this is the
    variance of their differences over seeds. Both numbers must be above 1.
    """
    sets, seeds = means.shape
    freedom = (sets - 1) * (seeds - 1)
    return TrainingVariation(2 * float((interaction(means) ** 2).sum()) / freedom, freedom)


def variation_of_means(means: np.ndarray) -> TrainingVariation:
    """Estimate the variation of the mean of any one set, from means (sets, seeds) float, seeds > 1.

    The effect that all sets share does not cancel here: the variance is that of seeds plus that of
    the interaction. The degrees of freedom of the sum are Satterthwaite's (1946).
    """
    sets, seeds = means.shape
    shared = means.mean(0).var(ddof=1)
    own = (interaction(means) ** 2).sum() / sets / (seeds - 1)
    total = float(shared + own)
    squares = shared**2 / (seeds - 1)
    if sets > 1:
        squares += own**2 / ((sets - 1) * (seeds - 1))
    return TrainingVariation(total, float(total**2 / squares) if squares else seeds - 1)


def interaction(means: np.ndarray) -> np.ndarray:
    """Subtract the means of sets and of seeds: (sets, seeds) float => (sets, seeds) float."""
    return means - means.mean(0) - means.mean(1, keepdims=True) + means.mean()
