"""Defines how flat copies of CASIA NIR-VIS 2.0 name an image: `s2_NIR_10039_001.jpg`.

Session, spectrum, subject and shot, which are folders in the data set itself.
"""

FLAT_NAME = r"(?P<session>s\d+)_(?P<spectrum>NIR|VIS)_(?P<subject>[^/_]+)_(?P<shot>[^/]+)"
