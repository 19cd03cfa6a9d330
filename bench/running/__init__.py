"""Makes stages: the store that keeps them, and the engine that runs the missing ones."""
