"""Readers of the publishers' files: raw folder in, tidy tables out. They know nothing of chapters."""

from __future__ import annotations

from migrationbook.sources import (
    comar,
    dated_events,
    mexico,
    mpp,
    reference,
    unhcr,
    upstream,
    us_asylum,
    us_border,
    us_courts,
    us_monthly,
    us_regions,
    us_released,
    us_statistics,
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
        unhcr.unhcr_applications,
        unhcr.unhcr_decisions,
        unhcr.unhcr_stocks,
        comar.comar_compiled,
        comar.comar_reported,
        us_courts.eoir_caseload,
        us_courts.eoir_figures,
        us_courts.trac_courts,
        mpp.mpp_enrolments,
        mpp.mpp,
        us_asylum.us_fear_screening,
        us_asylum.us_asylum_granted,
        us_asylum.us_asylum_reported,
        us_asylum.policy_instruments,
        us_asylum.custody_2019,
        us_asylum.supplemental_2019,
        us_regions.cbp_encounters_by_region,
    ]
}
