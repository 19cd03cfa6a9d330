"""Images of people: packed arrays, rendered people, alignment, equalization, splits, fixed networks.

The hub of the import star: every other package may import `faces`, and `faces` imports none of them.
"""
