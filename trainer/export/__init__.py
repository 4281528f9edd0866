"""From a checkpoint to weights that others load: adapter, merge, GGUF."""
