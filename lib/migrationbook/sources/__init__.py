"""Readers of the publishers' files: raw folder in, tidy tables out. They know nothing of chapters."""

from __future__ import annotations

from migrationbook.sources import (
    dated_events,
    gallup,
    mexico,
    mexico_surveys,
    reference,
    upstream,
    us_border,
    us_monthly,
    us_released,
    us_statistics,
    us_surveys,
    world_surveys,
)

# table name -> its builder, which takes a `reading.Raw` and returns the tidy table
BUILDERS = {
    builder.__name__: builder
    for builder in [
        us_monthly.cbp_monthly,
        us_border.cbp_encounters,
        us_border.apprehensions_by_sector,
        us_released.cbp_vintages_2019,
        us_released.cbp_fiscal_year_2017,
        us_statistics.khsm_total,
        us_statistics.khsm_by_citizenship,
        us_statistics.khsm_by_family_status,
        us_statistics.khsm_by_sector,
        us_statistics.apprehensions_annual,
        us_statistics.border_patrol_agents,
        us_statistics.border_deaths,
        mexico.mexico_detentions,
        mexico.mexico_detentions_by_age,
        mexico.mexico_returns,
        mexico.mexico_first_reported,
        mexico.mexico_deployment,
        mexico.mexico_agency_resources,
        upstream.honduras_entries,
        upstream.honduras_entries_by_nationality,
        upstream.darien_transits_annual,
        upstream.darien_transits_monthly,
        dated_events.events,
        reference.countries,
        reference.months,
        mexico_surveys.mexico_approval_polls,
        mexico_surveys.mexico_security_ratings,
        mexico_surveys.mexico_migrant_attitudes,
        mexico_surveys.perceived_insecurity,
        us_surveys.us_approval_polls,
        us_surveys.us_immigration_polls,
        us_surveys.gss_immigration,
        gallup.gallup_immigration_level,
        gallup.gallup_most_important_problem,
        gallup.gallup_migrant_acceptance,
        world_surveys.latinobarometro_immigrants,
        world_surveys.latinobarometro_neighbours,
        world_surveys.wvs_neighbours,
    ]
}
