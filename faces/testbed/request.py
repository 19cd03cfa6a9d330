"""Checks a request for a data set, and draws how many images each person gets."""

from dataclasses import dataclass

import numpy as np

from faces.common.errors import UsageError
from faces.synthetic.renderer import check_request
from faces.synthetic.streams import stream

MOST_IMAGES = 400  # of a person in a spectrum; fewer than 500, since specimens come on top
MOST_SUBJECTS = 999  # three digits name a subject of Oulu-CASIA


@dataclass(frozen=True)
class Request:
    """All arguments that the bytes depend on; ranges are (fewest, most) images of a person."""

    layout: str
    subjects: int
    vis_per_subject: tuple[int, int]
    nir_per_subject: tuple[int, int]
    images: int | None
    side_px: int
    mess: bool
    seed: int

    def check(self) -> None:
        """Raise UsageError, naming the first number that is impossible."""
        if not 1 <= self.subjects <= MOST_SUBJECTS:
            raise UsageError(f"subjects is {self.subjects}; choose 1 to {MOST_SUBJECTS}")
        for name in ("vis_per_subject", "nir_per_subject"):
            fewest, most = getattr(self, name)
            if not 0 <= fewest <= most <= MOST_IMAGES:
                raise UsageError(
                    f"{name} is {fewest}-{most}; choose a range within 0-{MOST_IMAGES}"
                )
        fewest, most = (self.subjects * sum(bounds) for bounds in self._bounds())
        if most == 0:
            raise UsageError("vis_per_subject and nir_per_subject: nobody gets an image")
        if self.images is not None and not fewest <= self.images <= most:
            raise UsageError(
                f"images is {self.images}; {self.subjects} subjects with the chosen numbers of "
                f"images have {fewest} to {most} of them"
            )
        check_request(0, 0, "VIS", side_px=self.side_px, seed=self.seed)

    def counts(self) -> np.ndarray:
        """Draw how many VIS and NIR images each person has: => (subjects, 2) int64.

        All numbers of the range are equally likely. Where `images` gives the sum, everybody has the
        fewest images, and the rest are distributed at random.
        """
        random = stream("testbed counts", self.seed)
        fewest, most = self._bounds()
        if self.images is None:
            return random.integers(fewest, most + 1, (self.subjects, 2))
        free = np.repeat(np.arange(2 * self.subjects), np.tile(most - fewest, self.subjects))
        dealt = random.permutation(free)[: self.images - self.subjects * fewest.sum()]
        return fewest + np.bincount(dealt, minlength=2 * self.subjects).reshape(-1, 2)

    def _bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the fewest and the most images of a person in VIS and NIR: (2,) int64 each."""
        fewest, most = zip(self.vis_per_subject, self.nir_per_subject, strict=True)
        return np.array(fewest), np.array(most)
