"""Turns radiance into 8-bit images: averaging of pixels, lens, exposure, noise, gamma."""

from dataclasses import dataclass

import numpy as np

from faces.synthetic.texture import blur

SUPERSAMPLING = 1.5
GAMMA = 2.2


@dataclass(frozen=True)
class Sensor:
    """A camera's sensor and lens.

    exposure: factor on radiance. noise: standard deviation at white, in linear light. blurs: how
    often the image is blurred by [1 2 1]. vignetting: the loss of light at the middle of an edge.
    """

    exposure: float
    noise: float
    blurs: int
    vignetting: float


CLEAN_INFRARED = Sensor(exposure=0.92, noise=0, blurs=0, vignetting=0.22)


def draw_visible(random: np.random.Generator, lighting: float, noise: float) -> Sensor:
    """Draw the sensor of a camera in a room, which is sometimes badly exposed.

    lighting, noise: factors as in `Difficulty`.
    """
    exposure = 1.55 * np.exp(random.normal(-0.12, 0.33 * lighting))
    slip, wrong = random.random(), random.choice([0.35, 1.9])
    if slip < 0.12 * lighting:
        exposure *= wrong
    blurs = int(random.integers(0, 2)) if noise else 0
    return Sensor(float(exposure), 0.012 * noise, blurs, 0)


def draw_infrared(random: np.random.Generator, lighting: float, noise: float) -> Sensor:
    """Draw the sensor of a near-infrared camera: noisier, softer, darker towards the corners.

    lighting, noise: factors as in `Difficulty`.
    """
    exposure = 0.95 * np.exp(random.normal(-0.03, 0.18 * lighting))
    vignetting = CLEAN_INFRARED.vignetting + 0.06 * noise * random.uniform(-1, 1)
    blurs = int(random.integers(1, 3)) if noise else 0
    return Sensor(float(exposure), 0.016 * noise, blurs, vignetting)


def expose(radiance: np.ndarray, sensor: Sensor, random: np.random.Generator | None) -> np.ndarray:
    """Turn radiance into an image: (C, S, S) float32 => (S / 1.5, S / 1.5, C) uint8 in 0..255.

    S is a multiple of 3. `random` draws the noise; it may be None where the sensor has none.
    """
    image = blur(shrink(shrink(radiance, 1), 2), sensor.blurs)
    image = image * (sensor.exposure * _vignette(image.shape[1], sensor.vignetting))
    if sensor.noise and random is not None:
        image = image + _noise(image, sensor.noise, random)
    # exp(log) is several times as fast as a power; the difference vanishes in 8 bits.
    image = np.exp(np.log(np.clip(image, 1e-8, 1)) * np.float32(1 / GAMMA))
    return np.ascontiguousarray((255 * image + 0.5).astype(np.uint8).transpose(1, 2, 0))


def shrink(image: np.ndarray, axis: int) -> np.ndarray:
    """Shrink an image by 1.5 along an axis: (..., S, ...) floats => (..., S / 1.5, ...) floats.

    Three pixels become two of the same mean; S is a multiple of 3.
    """
    a, b, c = (image[(slice(None),) * axis + (slice(start, None, 3),)] for start in range(3))
    pair = np.stack([(2 * a + b) / 3, (b + 2 * c) / 3], axis + 1)
    return pair.reshape(*image.shape[:axis], -1, *image.shape[axis + 1 :])


def _vignette(side: int, loss: float) -> np.ndarray:
    across = np.linspace(-1, 1, side, dtype=np.float32) ** 2
    return 1 - np.float32(loss) * (across + across[:, None])


def _noise(image: np.ndarray, noise: float, random: np.random.Generator) -> np.ndarray:
    """Draw read noise plus shot noise, whose variance grows with the light."""
    deviation = np.sqrt((0.5 * noise) ** 2 + 0.3 * noise**2 * np.clip(image, 0, 1))
    return random.standard_normal(image.shape, np.float32) * deviation
