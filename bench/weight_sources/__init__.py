"""Where weights come from, and what becomes of them in the cache."""
