"""For each step of the rules on public opinion: estimates that it decides, and the verdict."""

O1 = {"pool_mean": 64, "pool_lower": 58, "polls_above": 9, "polls_counted": 11, "pool_upper": 70, "claimed": 60}
O3 = {"pairs": 5, "risen": 5, "lowest_rise": 9, "highest_rise": 26, "told": 4, "same_mode_told": 1}
O4 = {"polls": 4, "large_polls": 2, "majority_polls": 4, "lowest": 51, "highest": 68, "large": 60}
O6 = {"burden_polls": 1, "burden": 64, "burden_lower": 59, "strengthen": 20, "others": 2, "others_hostile": 2}
O7 = {"doubt": 64, "doubt_lower": 57, "trust": 31, "polls": 1}
O8 = {"polls": 3, "divided": 3, "critics_lowest": 22, "critics_highest": 48}
O9 = {"level_largest": 37, "handling_smaller": 39, "party_gap": 22, "treatment_polls": 0}

STEPS = [
    ("O1", 1, "supported", O1 | {"pool_lower": 61}),
    ("O1", 2, "mostly-supported", O1),
    ("O1", 3, "mixed", O1 | {"polls_above": 3}),
    ("O1", 4, "overstated", O1 | {"pool_mean": 57, "polls_above": 3}),
    ("O1", 5, "not-supported", O1 | {"pool_mean": 47, "polls_above": 0}),
    ("O3", 1, "supported", O3),
    ("O3", 2, "mostly-supported", O3 | {"same_mode_told": 0}),
    ("O3", 3, "mixed", O3 | {"risen": 3}),
    ("O3", 4, "not-supported", O3 | {"risen": 1}),
    *[(claim, *step) for claim in ("O4", "O5") for step in [
        (1, "supported", O4 | {"large_polls": 4}),
        (2, "mostly-supported", O4),
        (3, "mixed", O4 | {"majority_polls": 3, "large_polls": 1}),
        (4, "overstated", O4 | {"large_polls": 1}),
        (5, "not-supported", O4 | {"large_polls": 0, "majority_polls": 1}),
    ]],
    ("O6", 1, "mostly-supported", O6 | {"burden_polls": 0}),
    ("O6", 2, "unverifiable", O6 | {"burden_polls": 0, "others_hostile": 1}),
    ("O6", 3, "supported", O6),
    ("O6", 4, "mostly-supported", O6 | {"others_hostile": 1}),
    ("O6", 5, "mixed", O6 | {"burden": 45, "burden_lower": 40}),
    ("O6", 6, "not-supported", O6 | {"burden": 15, "burden_lower": 12}),
    ("O7", 1, "supported", O7 | {"polls": 2}),
    ("O7", 2, "mostly-supported", O7),
    ("O7", 3, "mixed", O7 | {"doubt_lower": 49}),
    ("O7", 4, "not-supported", O7 | {"doubt": 48, "doubt_lower": 41}),
    ("O8", 1, "supported", O8),
    ("O8", 2, "mostly-supported", O8 | {"divided": 2}),
    ("O8", 3, "mixed", O8 | {"divided": 1}),
    ("O8", 4, "not-supported", O8 | {"divided": 0}),
    ("O9", 1, "supported", O9 | {"treatment_polls": 1}),
    ("O9", 2, "mostly-supported", O9),
    ("O9", 3, "mixed", O9 | {"level_largest": 52}),
    ("O9", 4, "not-supported", O9 | {"level_largest": 60, "handling_smaller": 20, "party_gap": 2}),
]
