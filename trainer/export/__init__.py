"""Turns a checkpoint into weights that other programs load: adapter, merged model, GGUF."""
