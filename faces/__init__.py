"""Provides images of people: data sets, rendered people, alignment, protocols, fixed networks.

Every other package of this repository may import `faces`; `faces` imports none of them.
"""
