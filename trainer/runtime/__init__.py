"""Services for every verb: events, supervision, locks, devices, disk space and downloads."""
