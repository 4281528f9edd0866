"""LoRA training: an attempt, its loop, its checkpoints and its resume."""
