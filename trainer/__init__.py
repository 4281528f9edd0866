"""The Python side of temper. Each verb is a module that reads a JSON job and writes one JSON event per line."""
