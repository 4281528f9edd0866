"""LoRA training: one attempt, its loop, its checkpoints and what it resumes from."""
