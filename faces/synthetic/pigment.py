"""Computes skin and hair colour from chromophores in four bands: red, green, blue, 850 nm.

Skin is a bright scattering layer seen through absorbing pigment (Beer-Lambert): its reflectance is
DERMIS * exp(-melanin * MELANIN - haemoglobin * HAEMOGLOBIN). Melanin's absorption falls about as
the third power of the wavelength (Jacques 2013, "Optical properties of biological tissues"), here
flattened by scattering; blood and the yellow hair pigment hardly absorb at 850 nm. That is why
blemishes, lips and dark skin look lighter in near-infrared light. Amounts are relative to the green
band.
"""

import numpy as np

BANDS = 4
MELANIN = np.array([0.72, 1.0, 1.45, 0.26], np.float32)
PHEOMELANIN = np.array([0.25, 1.0, 2.2, 0.03], np.float32)
HAEMOGLOBIN = np.array([0.07, 1.0, 0.80, 0.04], np.float32)
DERMIS = np.array([0.70, 0.62, 0.53, 0.72], np.float32)
HAIR_MELANIN = MELANIN + np.array([0, 0, 0, 0.12], np.float32)  # packed densely in a hair's cortex
HAIR_BASE = np.array([0.5, 0.5, 0.5, 0.4], np.float32)
GREY_HAIR = np.array([0.50, 0.49, 0.47, 0.55], np.float32)


def skin_reflectance(melanin: np.ndarray | float, haemoglobin: np.ndarray | float) -> np.ndarray:
    """Return the reflectance of skin: pigment amounts (...) => (..., 4) float32 in (0, 0.72]."""
    melanin, haemoglobin = np.asarray(melanin)[..., None], np.asarray(haemoglobin)[..., None]
    return (DERMIS * np.exp(-melanin * MELANIN - haemoglobin * HAEMOGLOBIN)).astype(np.float32)


def hair_reflectance(eumelanin: np.ndarray | float, pheomelanin: float, grey: float) -> np.ndarray:
    """Return the reflectance of hair: pigment amounts (...) => (..., 4) float32 in (0, 0.55].

    grey: the share of grey hairs, in [0, 1].
    """
    absorbed = np.asarray(eumelanin)[..., None] * HAIR_MELANIN + 0.5 * pheomelanin * PHEOMELANIN
    return ((1 - grey) * HAIR_BASE * np.exp(-absorbed) + grey * GREY_HAIR).astype(np.float32)
