"""The stages of a run: thin functions between folders and the packages that do the work."""
