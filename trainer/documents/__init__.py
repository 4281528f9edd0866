"""From a document to the blocks of its text, in a Python environment of its own."""
