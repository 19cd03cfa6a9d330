"""report.html: its sections, its sheets of images, and the one file that they become."""
