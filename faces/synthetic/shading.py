"""Shades surfaces: wrapped diffuse reflection and two-lobed gloss, in linear light."""

from dataclasses import dataclass

import numpy as np

from faces.synthetic.surface import Surface
from faces.synthetic.vectors import column, dot, unit

SKULL_MIDDLE = column(0, 6.9, 0.1)
PLAIN_WRAP = 0.05


@dataclass(frozen=True)
class Light:
    """A light.

    direction: (3, 1) or (3, K) float32 of length 1, towards the light. colour: (C,) per channel.
    visibility: (K,) float32 or 1.0, the share of the light that reaches a point: shadow and
    fall-off. glint: how many times stronger its reflection in the eyes is.
    """

    direction: np.ndarray
    colour: np.ndarray
    visibility: np.ndarray | float
    glint: float = 1.0


@dataclass(frozen=True)
class Scattering:
    """How the light of a spectrum scatters in skin.

    wrap: (C,) float32, how far light reaches into the shaded side, per channel. softness: how much
    the shading normal is that of a sphere instead of the surface's. open_air: the share of ambient
    light that reaches the deepest fold. eye_lobes: (strength, power) of each lobe of the light's
    reflection in the eyes.
    """

    wrap: np.ndarray
    softness: float
    open_air: float
    eye_lobes: tuple[tuple[float, float], ...]


def wrapped(cosine: np.ndarray, wrap: np.ndarray | float) -> np.ndarray:
    """Return max(0, (cosine + wrap) / (1 + wrap)): (..., K) floats => the same shape.

    It is Lambert's law at `wrap` 0; wrap: a number or (C, 1) or (C, K), at least 0.
    """
    return np.maximum((cosine + wrap) / (1 + wrap), 0)


def gloss_lobes(cosine: np.ndarray) -> np.ndarray:
    """Return 0.055 c^16 + 0.09 c^48 with c = max(cosine, 0): (K,) floats => (K,).

    cosine: of the angle between the normal and the half vector.
    """
    p4 = np.square(np.square(np.maximum(cosine, 0)))
    p16 = np.square(np.square(p4))
    return 0.055 * p16 + 0.09 * p16 * p16 * p16


def _soft_normal(surface: Surface, softness: float) -> np.ndarray:
    """Return the normals for shading, (3, K) float32; on skin they are smoothed.

    Light leaves skin beside the point where it entered, so bumps show less.
    """
    skull = unit(surface.normal + 0.9 * unit(surface.position - SKULL_MIDDLE))
    share = softness * surface.is_skin
    return unit(surface.normal + (skull - surface.normal) * share)


def reflect(
    surface: Surface,
    lights: list[Light],
    ambient: np.ndarray,
    *,
    bands: slice,
    scattering: Scattering,
) -> np.ndarray:
    """Compute the light that the surface sends to the camera: => (C, K) float32, at least 0.

    ambient: (C, K) or (C, 1) float32, light from all sides. bands: which rows of the albedo are the
    C channels.
    """
    albedo = surface.albedo[bands]
    skin = surface.is_skin
    occlusion = scattering.open_air + (1 - scattering.open_air) * surface.occlusion
    normal = _soft_normal(surface, scattering.softness)
    wrap = np.where(skin, scattering.wrap[:, None], np.float32(PLAIN_WRAP))
    irradiance = ambient * occlusion
    shine = np.zeros_like(albedo)
    for light in lights:
        reach = light.visibility * (0.6 + 0.4 * occlusion)
        colour = light.colour[:, None]
        irradiance = irradiance + wrapped(dot(normal, light.direction), wrap) * (colour * reach)
        halfway = dot(surface.normal, unit(light.direction + surface.view))
        shine += _shine(surface, halfway) * light.visibility * occlusion * colour
        _glint(shine, surface, halfway, light=light, scattering=scattering)
    return albedo * irradiance * surface.relief + shine


def _shine(surface: Surface, halfway: np.ndarray) -> np.ndarray:
    on_skin = gloss_lobes(halfway) * surface.gloss
    p2 = np.square(np.maximum(halfway, 0))
    p4 = p2 * p2
    on_hair = 0.05 * p4 * p4 * p2
    return np.where(surface.hairiness > 0.5, on_hair, on_skin)


def _glint(shine, surface: Surface, halfway, *, light: Light, scattering: Scattering) -> None:
    """Add the reflection of the light in the eyeballs to `shine`, in place."""
    k = np.nonzero(surface.is_eye)[0]
    cosine = np.maximum(halfway[k], 0)
    lobes = sum(strength * cosine**power for strength, power in scattering.eye_lobes)
    visible = light.visibility
    if isinstance(visible, np.ndarray) and visible.ndim:
        visible = visible[k]
    shine[:, k] += light.glint * lobes * visible * light.colour[:, None]
