"""A package, so that no package called `tests` that some wheel installs comes before it."""
