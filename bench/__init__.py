"""Settings, presets, the stage graph and its store, weights, and the command line."""
