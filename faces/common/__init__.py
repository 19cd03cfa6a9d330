"""Tools that know nothing of faces, which every package uses."""
