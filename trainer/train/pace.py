"""Measures the speed of one attempt and the time since its last log line and save. Times are seconds of a monotonic clock."""

import time
from dataclasses import dataclass, field


@dataclass
class Pace:
    # The step at which this attempt began, and the seconds that earlier attempts took.
    first_step: int = 0
    seconds_before: float = 0.0
    # The token count at the last log line.
    tokens_shown: int = 0
    began: float = field(default_factory=time.monotonic)
    shown_at: float = field(default_factory=time.monotonic)
    saved_at: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Seconds in the training loop, over all attempts."""
        return self.seconds_before + time.monotonic() - self.began

    @property
    def since_shown(self) -> float:
        return time.monotonic() - self.shown_at

    @property
    def minutes_since_saved(self) -> float:
        return (time.monotonic() - self.saved_at) / 60

    def eta(self, step: int, max_steps: int) -> float:
        """Returns the seconds that remain at the mean speed of this attempt."""
        return (max_steps - step) * (time.monotonic() - self.began) / (step - self.first_step)

    def show(self, tokens: int) -> float:
        """Returns the tokens per second since the last call."""
        rate = (tokens - self.tokens_shown) / max(self.since_shown, 1e-6)
        self.shown_at, self.tokens_shown = time.monotonic(), tokens
        return rate

    def saved(self) -> None:
        self.saved_at = time.monotonic()
