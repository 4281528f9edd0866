"""What a model must answer, and how answers are compared and scored."""
