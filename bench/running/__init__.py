"""Makes stages: the store that keeps them, and the engine that runs what is missing."""
