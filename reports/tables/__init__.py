"""The printed tables, one file each, and their forms: on the page, CSV, Markdown and LaTeX."""
