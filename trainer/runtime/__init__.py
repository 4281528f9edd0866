"""What every verb needs of its process: events, supervision, locks, devices, disk and downloads."""
