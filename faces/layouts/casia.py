"""CASIA NIR-VIS 2.0: `s1/NIR/10153/001.bmp`, in full or cropped to 128 x 128.

Li et al., "The CASIA NIR-VIS 2.0 Face Database", CVPR Workshops 2013. Sessions are s1 to s4. A few
subjects appear in two sessions under one number, so the session belongs to the shot: `s1-001`.

The folders `NIR_128x128` and `VIS_128x128` hold the same shots, cropped. They are read only if
there are no full images.
"""

import re

from faces.layouts.layout import Layout, Place, everywhere

EXPECTED = "s1..s4/{NIR,VIS}/<5 digits>/<3 digits>.bmp"
PATTERN = re.compile(
    r"(?P<session>s[1-4])/(?P<spectrum>NIR|VIS)(?P<cropped>_128x128)?"
    r"/(?P<subject>\d{5})/(?P<number>\d{3})\.\w+",
    re.IGNORECASE | re.ASCII,
)


def _place(source: str) -> Place | str:
    """Return the place of a path, or the reason why it has none."""
    match = PATTERN.fullmatch(source)
    if not match:
        return f"not of the form {EXPECTED}"
    session = match["session"].lower()
    return Place(
        subject=match["subject"],
        spectrum=match["spectrum"].upper(),
        shot=f"{session}-{match['number']}",
        session=session,
        rendition=1 if match["cropped"] else 0,
    )


LAYOUT = Layout(
    "casia", "CASIA NIR-VIS 2.0, in full or cropped to 128 x 128", EXPECTED, everywhere(_place)
)
