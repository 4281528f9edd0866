"""Computes the answers that a served model must give, and scores answers."""
