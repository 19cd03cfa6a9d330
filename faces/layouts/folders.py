"""Your own images: `VIS/<subject>/*` and `NIR/<subject>/*`, with any folders below a subject.

A subject is the name of a folder, letter by letter; it has the same name under VIS and NIR.
"""

from pathlib import PurePosixPath

from faces.layouts.layout import Layout, Place, everywhere

EXPECTED = "{NIR,VIS}/<subject>/<any folders>/<any name>.png"


def _place(source: str) -> Place | str:
    """Gives the place of a path, or why it has none."""
    spectrum, _, below = source.partition("/")
    subject, _, shot = below.partition("/")
    if spectrum.upper() not in ("NIR", "VIS"):
        return "its first folder is neither VIS nor NIR"
    if not shot:
        return f"it lies in no subject's folder below {spectrum}"
    return Place(subject, spectrum.upper(), str(PurePosixPath(shot).with_suffix("")))


LAYOUT = Layout(
    "folders",
    "any images in VIS/<subject> and NIR/<subject>",
    EXPECTED,
    everywhere(_place),
    suffix_tells_shots=True,
)
