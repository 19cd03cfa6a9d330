"""The pixel formats: one file for each file format, which decodes its bytes to 8-bit pixels."""
