"""Inception-ResNet-v1: pretraining, fine-tuning, embeddings, and recognition metrics."""
