"""Fixed feature networks: they measure or guide, and are never trained here."""
