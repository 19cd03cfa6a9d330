"""The stages of a run: thin functions that read and write folders around the other packages."""
