"""What a text is: its language, its length, and what it repeats."""
