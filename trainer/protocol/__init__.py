"""Jobs, outputs and events, generated from the schemas that the worker reads them with."""
