"""The Python side of temper: one verb per module, a JSON job in, one JSON event per line out."""
