"""Images of people: packed arrays, rendered people, alignment, splits, and fixed networks.

The hub of the import star: every other package may import `faces`; it imports none of them.
"""
