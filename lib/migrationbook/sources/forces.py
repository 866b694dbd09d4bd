"""Mexican forces: personnel on migration duty, and the strength and results of the National Guard."""

from __future__ import annotations

import pandas as pd

from migrationbook.sources.reading import Raw, gathered

DUTY_FILE = "security/mexico_forces_on_migration_duty_2019_2025.csv"
GUARD_FILE = "security/mexico_national_guard_strength_and_results_2019_2022.csv"


def forces_on_migration_duty(raw: Raw) -> pd.DataFrame:
    """Personnel assigned to migration duty by date and zone, as published, June 2019 to February 2025."""
    return _reviewed(gathered(raw, DUTY_FILE, "value"))


def national_guard(raw: Raw) -> pd.DataFrame:
    """Strength of the National Guard, migrants intercepted, suspects, crimes and calls, 2019 to 2022, as published."""
    table = _reviewed(gathered(raw, GUARD_FILE, "value"))
    migrants = table[table["measure"] == "migrants_rescued_by_guard"].set_index("start")["value"]
    now, before = (migrants.get(pd.Timestamp(year, 1, 1), float("nan")) for year in (2021, 2020))
    raw.expect_total(
        "migrants intercepted, change from 2020 to 2021, percent",
        round(100 * (now / before - 1), 1),
        286,
        "INEGI, CNSPF 2022, without decimals: https://pulsoslp.com.mx/nacional/aumenta-286-rescate-de-migrantes-en-2021-/1591826",
        tolerance=1,
    )
    return table


def _reviewed(table: pd.DataFrame) -> pd.DataFrame:
    """The notes without the date of the review that completed them."""
    return table.assign(note=table["note"].str.replace("audit 2026-11-23: ", "", regex=False))
