"""Records to statistics, tables, plots and one HTML page. Nothing here imports torch."""
