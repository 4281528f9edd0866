"""A reader for each format in which structure is written down."""
