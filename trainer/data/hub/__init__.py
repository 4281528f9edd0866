"""Datasets of the Hub: which of their files hold the rows, and their download. No code of a dataset runs."""
