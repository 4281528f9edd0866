"""Reads a row into messages by the table of keys."""
