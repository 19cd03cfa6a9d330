"""Shows what happens while stages run, and writes it down."""
