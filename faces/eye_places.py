"""States where the eyes lie in every aligned crop."""

import numpy as np

# x and y as shares of the crop's side, the left eye first; a change needs a new `align.VERSION`.
EYE_PLACES = np.array([[0.325, 0.37], [0.675, 0.37]])
