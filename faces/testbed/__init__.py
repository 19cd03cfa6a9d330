"""A data set's twin to try things on: rendered people as image files, laid out as the real one is.

Nobody may pass the licensed data sets on, so whatever reads them is tried on trees written here,
with the same names, protocol lists, eye files and, if wished, the same mess.

    truth = testbed.write(Path("twin"), "casia", subjects=20)
"""

from faces.testbed.writer import write

__all__ = ["write"]
