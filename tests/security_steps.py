"""For each step of the rules on public security: estimates that it decides, and the verdict."""

from __future__ import annotations

S3 = {"homicide_change": 9.9, "extortion_change": 24.6, "kidnapping_change": 18.1, "crimes_down": 0, "level": 100}
S5 = {"total_june": 104311, "total_october": 45139, "people_june_low": 21500, "people_june_high": 26000, "people_october": 26916,
      "change_low": 3.5, "change_high": 25.2, "people_low": 7348, "total_low": 78414, "low_against_june": -24.8}

STEPS = [
    ("S3", 1, "supported", S3),
    ("S3", 2, "mostly-supported", S3 | {"kidnapping_change": -12, "crimes_down": 1}),
    ("S3", 3, "not-supported", S3 | {"homicide_change": -9, "extortion_change": -6, "kidnapping_change": -20, "crimes_down": 3}),
    ("S3", 4, "mixed", S3 | {"homicide_change": -9, "crimes_down": 1}),
    ("S5", 3, "mixed", S5),
    ("S5", 1, "unverifiable", S5 | {"total_october": 120000}),
    ("S5", 2, "supported", S5 | {"people_october": 33000, "change_low": 27, "change_high": 53, "total_low": 150000}),
    ("S5", 4, "not-supported", S5 | {"people_october": 22000, "change_low": -15, "change_high": 2}),
    ("S8", 1, "supported", {"unsafe_june": 73.9, "unsafe_change": -0.7}),
    ("S8", 2, "mostly-supported", {"unsafe_june": 55, "unsafe_change": 2}),
    ("S8", 3, "mixed", {"unsafe_june": 40, "unsafe_change": -3}),
    ("S8", 4, "not-supported", {"unsafe_june": 20, "unsafe_change": 0}),
]
