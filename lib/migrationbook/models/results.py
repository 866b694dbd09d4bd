"""What estimators give back: a number with its interval."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Estimate:
    """A number and the interval around it, in the unit its owner names. level: coverage the interval aims at, 0 to 1."""

    value: float
    lower: float
    upper: float
    level: float

    def times(self, factor: float) -> Estimate:
        """The estimate in another unit; a negative factor turns the interval round."""
        low, high = sorted((self.lower * factor, self.upper * factor))
        return Estimate(self.value * factor, low, high, self.level)
