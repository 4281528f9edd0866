"""Measures what quantization changes in a model, and which of its inputs matter most."""
