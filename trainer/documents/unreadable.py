"""A document that cannot be read, and why: words that follow its name."""


class Unreadable(Exception):
    pass
