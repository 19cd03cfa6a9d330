"""CASIA NIR-VIS 2.0: `s1/NIR/00001/001.bmp`, in full, cropped to 128 x 128, or in a flat copy.

Li et al., "The CASIA NIR-VIS 2.0 Face Database", CVPR Workshops 2013. Sessions are s1 to s4. A few
subjects appear in two sessions under one number, so the session belongs to the shot: `s1-001`. The
name of a file is the shot: most are three digits, and those of 24 people of session 2 are `01-B` to
`20-B`. Sessions from s5 on hold people of one's own, whose folders may have any name.

The folders `NIR_128x128` and `VIS_128x128` hold the same shots, cropped. Flat copies hold them as
`NIR/s2_NIR_10039_001.jpg`. Of these three renditions, the first that is present is read.
"""

import re

from faces.casia_names import FLAT_NAME
from faces.layouts.layout import Layout, Place, everywhere

EXPECTED = "s1..s4/{NIR,VIS}/<5 digits>/<shot>.bmp"
FULL, CROPPED, FLAT_COPY = range(3)  # renditions
TREE = re.compile(
    r"(?P<session>s\d+)/(?P<spectrum>NIR|VIS)(?P<cropped>_128x128)?"
    r"/(?P<subject>[^/]+)/(?P<shot>[^/]+)\.\w+",
    re.IGNORECASE | re.ASCII,
)
FLAT = re.compile(rf"(?P<folder>NIR|VIS)(?:_128x128)?/{FLAT_NAME}\.\w+", re.IGNORECASE | re.ASCII)
PUBLISHED_SESSIONS = ("s1", "s2", "s3", "s4")
PUBLISHED_SUBJECT = re.compile(r"\d{5}", re.ASCII)


def _place(source: str) -> Place | str:
    """Return the place of a path, or the reason why it has none."""
    match = TREE.fullmatch(source) or FLAT.fullmatch(source)
    if not match:
        return f"not of the form {EXPECTED}"
    found = match.groupdict()
    session, spectrum = found["session"].lower(), found["spectrum"].upper()
    if session in PUBLISHED_SESSIONS and not PUBLISHED_SUBJECT.fullmatch(found["subject"]):
        return f"{found['subject']} does not name a subject of {session} by 5 digits"
    if found.get("folder", spectrum).upper() != spectrum:
        return f"its folder says {found['folder']}, its name {found['spectrum']}"
    return Place(
        subject=found["subject"],
        spectrum=spectrum,
        shot=f"{session}-{found['shot']}",
        session=session,
        rendition=FLAT_COPY if "folder" in found else CROPPED if found["cropped"] else FULL,
    )


LAYOUT = Layout(
    "casia",
    "CASIA NIR-VIS 2.0, in full, cropped to 128 x 128, or a flat copy",
    EXPECTED,
    everywhere(_place),
)
