"""Writes rendered people as image files, in the layout of a real data set.

The licensed data sets may not be passed on. So the code that reads them is tested on the trees that
are written here, with the same names, protocol lists and eye files and, on request, with the broken
and odd files that real trees contain (mess.py).

    truth = testbed.write(Path("rendered"), "casia", subjects=20)
"""

from faces.testbed.writer import write

__all__ = ["write"]
