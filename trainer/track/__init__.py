"""From the log of a training to the tracker of a person, in a process and a Python environment of their own."""
