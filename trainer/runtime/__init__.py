"""The process itself: events, supervision, locks, devices, disk, downloads."""
