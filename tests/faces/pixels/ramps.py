"""All ramps, by the rows of the table in docs/data.md."""

from itertools import groupby

from tests.faces.pixels import bmp_files, jpeg_files, png_files, tiff_ramps

FILES = (bmp_files, jpeg_files, png_files, tiff_ramps)
RAMPS = sorted((ramp for files in FILES for ramp in files.ramps()), key=lambda ramp: ramp[:2])
BY_ROW = {row: list(own) for row, own in groupby(RAMPS, lambda ramp: ramp[:2])}
