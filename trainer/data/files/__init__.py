"""Opens files of rows and yields their rows, whatever their form; a file of another kind is refused by name."""
