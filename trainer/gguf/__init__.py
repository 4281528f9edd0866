"""From a GGUF file to the folder of a base model."""
