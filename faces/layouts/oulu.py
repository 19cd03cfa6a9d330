"""Oulu-CASIA NIR&VIS: `NI/Strong/P001/Anger/001.jpeg`; NI is near-infrared, VL visible light.

Zhao et al., "Facial expression recognition from near-infrared videos", Image and Vision Computing
29 (2011). All three lights are read; the light is the session.
"""

import re

from faces.layouts.layout import Layout, Place, everywhere

EXPECTED = "{NI,VL}/{Strong,Weak,Dark}/P<3 digits>/<expression>/<3 digits>.jpeg"
PATTERN = re.compile(
    r"(?P<camera>NI|VL)/(?P<light>Strong|Weak|Dark)/(?P<subject>P\d{3})"
    r"/(?P<expression>Anger|Disgust|Fear|Happiness|Sadness|Surprise)/(?P<number>\d{3})\.\w+",
    re.IGNORECASE | re.ASCII,
)
SPECTRA = {"NI": "NIR", "VL": "VIS"}


def _place(source: str) -> Place | str:
    """Return the place of a path, or the reason why it has none."""
    match = PATTERN.fullmatch(source)
    if not match:
        return f"not of the form {EXPECTED}"
    light, expression = match["light"].capitalize(), match["expression"].capitalize()
    return Place(
        subject=match["subject"].upper(),
        spectrum=SPECTRA[match["camera"].upper()],
        shot=f"{light}-{expression}-{match['number']}",
        session=light,
    )


LAYOUT = Layout("oulu", "Oulu-CASIA NIR&VIS, all three lights", EXPECTED, everywhere(_place))
