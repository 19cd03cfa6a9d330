"""The answer in sentences: what fakes did, what controls say of it, and what bounds it."""
