"""Reads your own images: `VIS/<subject>/*` and `NIR/<subject>/*`, in any folders below a subject.

The name of the folder is the subject. It must be spelled in the same way under VIS and NIR.
"""

from pathlib import PurePosixPath

from faces.layouts.layout import Layout, Place, everywhere

EXPECTED = "{NIR,VIS}/<subject>/<any folders>/<any name>.png"


def _place(source: str) -> Place | str:
    """Return the place of a path, or the reason why it has none."""
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
