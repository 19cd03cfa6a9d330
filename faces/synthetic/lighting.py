"""Places the lights: a room in visible light, and a near-infrared lamp beside the lens."""

import math

import numpy as np

from faces.synthetic.camera import Camera
from faces.synthetic.mesh import Mesh
from faces.synthetic.shading import Light, Scattering, reflect
from faces.synthetic.shadow import visibility
from faces.synthetic.surface import Surface
from faces.synthetic.vectors import column, dot, unit

VIS_BANDS, NIR_BANDS = slice(0, 3), slice(3, 4)
VIS_SKIN = Scattering(
    wrap=np.array([0.28, 0.12, 0.08], np.float32),
    softness=0.28,
    open_air=0.15,
    eye_lobes=((1.2, 1400), (0.25, 160)),
)
NIR_SKIN = Scattering(
    wrap=np.array([0.2], np.float32), softness=0.4, open_air=0.2, eye_lobes=((0.55, 1400),)
)
NIR_AMBIENT = 0.04
NIR_FALL_OFF = 2.2  # power of the distance; slightly above 2: the lamp's beam also narrows
NIR_GLINT = 4.0


def light_visibly(
    surface: Surface, mesh: Mesh, random, strength: float
) -> tuple[np.ndarray, float]:
    """Light a person in a room by key light, fill light and ambient light.

    => (3, K) float32 radiance, at least 0, and the brightness of the room. strength: how much the
    lights vary.
    """
    key, fill = _direction(random, 80, (-5, 60), strength), _direction(random, 90, (22, 22), 1.0)
    key_tint, fill_tint = _tint(random, 0.15, 0.22), _tint(random, 0.12, 0.15)
    contrast = float(np.clip(0.525 + strength * random.uniform(-0.375, 0.375), 0.05, 0.95))
    room = 0.8 * (1 - contrast) + 0.08
    shadow = visibility(mesh, key, surface.position, surface.normal)
    fill_strength = (1 - contrast) * random.uniform(0.1, 0.7)
    lights = [
        Light(key, 1.6 * contrast * key_tint, shadow),
        Light(fill, fill_strength * fill_tint, surface.occlusion),
    ]
    ambient = (room * fill_tint)[:, None] * (0.75 + 0.35 * surface.normal[1])
    return reflect(surface, lights, ambient, bands=VIS_BANDS, scattering=VIS_SKIN), room


def light_infrared(surface: Surface, camera: Camera, random, strength: float) -> np.ndarray:
    """Light a person by a near-infrared lamp beside the lens: => (1, K) float32 radiance.

    No shadows are computed: the camera cannot see them, since the lamp is beside the lens.
    strength: how much the lamp's place varies.
    """
    dx, dy = random.normal(0, 0.25, 2) * strength
    lamp = column(camera.x + dx, camera.y + 0.15 + dy, camera.z)
    towards = lamp - surface.position
    distance = np.sqrt(dot(towards, towards))
    fall_off = ((camera.z - 1) / distance) ** NIR_FALL_OFF
    light = Light(towards / distance, np.ones(1, np.float32), fall_off, NIR_GLINT)
    ambient = np.full((1, 1), NIR_AMBIENT, np.float32)
    return reflect(surface, [light], ambient, bands=NIR_BANDS, scattering=NIR_SKIN)


def _direction(random, azimuth: float, elevation: tuple[float, float], strength: float):
    """Draw a direction, (3, 1) of length 1; angles in degrees, the azimuth at most 100."""
    turn = math.radians(float(np.clip(strength * random.uniform(-azimuth, azimuth), -100, 100)))
    rise = math.radians(random.uniform(*elevation))
    flat = math.cos(rise)
    return unit(column(math.sin(turn) * flat, math.sin(rise), math.cos(turn) * flat))


def _tint(random, red: float, blue: float) -> np.ndarray:
    """Draw the colour of a light between warm and cold: => (3,) float32, about 1."""
    warmth = random.uniform(-1, 1)
    return np.array([1 + red * warmth, 1, 1 - blue * warmth], np.float32)
