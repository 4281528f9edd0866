"""From the rows of a user to token ids: readers, shapes, splits, chat templates."""
