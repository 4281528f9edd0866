"""From messages to token ids: chat templates, what they make of rows, and the examples of a training."""
