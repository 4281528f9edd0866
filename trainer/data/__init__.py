"""Turns files of rows into token ids: readers, shapes, splits and chat templates."""
