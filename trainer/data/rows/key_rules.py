"""Goes through the keys of a row or a message: each is read, harmless, told, or changes what the row means."""

from collections.abc import Collection, Mapping
from typing import Any

from trainer.data.files.row import shown
from trainer.data.rows.bad_row import BadRow
from trainer.data.rows.key_names import is_harmless, normalized
from trainer.data.rows.values import disapproves, mark, says_nothing
from trainer.protocol.rows import ROLES, RULE_DOES, RULE_OF, RULE_REASON


def examine(
    value: dict[str, Any],
    parts: Mapping[str, str],
    near: Mapping[str, str],
    filled: Collection[str],
    names: Mapping[str, str],
) -> "Examined":
    """Raises BadRow for a key that refuses the row.

    `parts` are the keys that the caller reads, each with its meaning; `filled` the parts that the row has; `names` the keys
    to suggest for a part.
    """
    found = Examined()
    for key, content in value.items():
        if key in parts or says_nothing(content):
            continue
        name = normalized(key)
        if rule := RULE_OF.get(name):
            found.apply(rule, key, content)
        elif part := parts.get(name) or near.get(name):
            if part in filled:
                found.unused.append(key)
            else:
                found.renames[key] = name if name in parts else names.get(part, part)
        elif not is_harmless(key) or disapproves(content):
            found.unused.append(key)
    return found


class Examined:
    def __init__(self) -> None:
        # Keys that are not read, to be told.
        self.unused: list[str] = []
        # Keys that almost name a part of the row, and the key that temper reads.
        self.renames: dict[str, str] = {}
        # The keys that say that this is not to be learned, with the reason.
        self.left_out: list[tuple[str, str]] = []
        # The keys that say that this is to be learned.
        self.learned: list[str] = []

    def renaming(self) -> str:
        """What to do about keys that almost name a part; empty if there are none."""
        names = " and ".join(f'"{shown(key, 60)}" to "{name}"' for key, name in self.renames.items())
        return f"rename {names}" if names else ""

    def apply(self, rule: str, key: str, content: Any) -> None:
        does, reason = RULE_DOES[rule], RULE_REASON[rule]
        if does == "present":
            if content is not False:
                raise BadRow(f'has "{key}", which {reason}')
            return
        meant = mark(content)
        if meant is None and rule == "rating":
            # A label of another kind, such as a class or a stars count.
            self.unused.append(key)
        elif meant is None and isinstance(content, str) and ROLES.get(content.strip().lower()) in ("user", "system"):
            # NeMo names the role whose messages are not learned.
            return
        elif meant is None:
            raise BadRow(f'has a "{key}"', f" of {shown(repr(content), 60)}; it is 1 (learn this) or 0 (do not)")
        elif meant == (does == "keep"):
            self.learned.append(key)
        else:
            self.left_out.append((key, reason))
