"""Shows the progress of a run, and writes its events."""
