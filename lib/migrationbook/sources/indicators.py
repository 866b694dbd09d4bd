"""The World Bank's indicators that the book uses, a hand-made lookup table.

Columns of `INDICATORS`: our name; title; unit; the World Bank's code (empty where the figures come from elsewhere); who
makes them; and in ``label`` what the file we read calls them. `PANEL` lists the countries of the three panels.
"""

from __future__ import annotations

import pandas as pd

PANEL = ["BLZ", "COL", "CRI", "CUB", "ECU", "GTM", "HND", "HTI", "MEX", "NIC", "PAN", "SLV", "USA", "VEN"]

WORLD_BANK, ILO, UNODC = "World Bank", "International Labour Organization", "UNODC through the World Bank"
CORE = """
gdp|gdp|GDP, current prices|current USD|NY.GDP.MKTP.CD
gdp_per_head_ppp|income|GDP per head at purchasing power parity|constant 2021 international dollars|NY.GDP.PCAP.PP.KD
remittances_received|remin|Personal remittances received|current USD|BX.TRF.PWKR.CD.DT
remittances_paid|remout|Personal remittances paid|current USD|BM.TRF.PWKR.CD.DT
fdi_inflows|fdiin|Foreign direct investment, net inflows|current USD|BX.KLT.DINV.CD.WD
fdi_outflows|fdiout|Foreign direct investment, net outflows|current USD|BM.KLT.DINV.CD.WD
unemployment_modelled|unem|Unemployment, ILO model|% of labour force|SL.UEM.TOTL.ZS
inflation|inf|Consumer prices, change in a year|%|FP.CPI.TOTL.ZG
birth_rate|birth|Births|per 1,000 people|SP.DYN.CBRT.IN
age_dependency|depend|Children and old people to working-age population|%|SP.POP.DPND
net_migration|nmig|Net migration in the year|people|SM.POP.NETM
political_stability|polstb|Political stability and absence of violence, governance indicator|standard deviations|PV.EST
population|pop|Population at mid-year, World Population Prospects 2024|people|
"""
STRUCTURE = """
gdp_per_head|gdppercapita_us_inflation_adjusted|GDP per head|constant 2015 USD|NY.GDP.PCAP.KD
gdp_per_head_growth|gdppercapita_growth_percent_per_year|GDP per head, change in a year|%|NY.GDP.PCAP.KD.ZG
agriculture_share_gdp|agriculture_percent_of_gdp|Agriculture, value added|% of GDP|NV.AGR.TOTL.ZS
agriculture_share_employment|agriculture_workers_percent_of_employment|Employment in agriculture, ILO model|% of employment|SL.AGR.EMPL.ZS
youth_unemployment|aged_15_24_unemployment_rate_percent|Unemployment at 15 to 24, national surveys|% of labour force|
youth_employment|aged_15_24_employment_rate_percent|Employment at 15 to 24, ILO model|% of population|
unemployment_surveys|aged_15plus_unemployment_rate_percent|Unemployment from 15 on, national surveys|% of labour force|
gini|inequality_index_gini|Gini index|0 to 100|SI.POV.GINI
poverty_300|extreme_poverty_percent_people_below_300_a_day|People below 3.00 dollars a day, 2021 PPP|% of population|SI.POV.DDAY
poverty_420|poverty_percent_people_below_420_a_day|People below 4.20 dollars a day, 2021 PPP|% of population|SI.POV.LMIC
poverty_830|poverty_percent_people_below_830_a_day|People below 8.30 dollars a day, 2021 PPP|% of population|SI.POV.UMIC
poverty_national_line|alternative_poverty_percent_below_nationally_defined_poverty|People below the national poverty line|% of population|SI.POV.NAHC
rural_share|rural_population_percent_of_total|Rural population|% of population|SP.RUR.TOTL.ZS
fdi_share_gdp|foreign_direct_investment_net_inflows_percent_of_gdp|Foreign direct investment, net inflows|% of GDP|BX.KLT.DINV.WD.GD.ZS
aid_received|aid_received_total_us_inflation_adjusted|Net official development assistance received, all donors|constant USD, base year not stated|DT.ODA.ODAT.KD
aid_share_capital_formation|aid_received_percent_of_gross_capital_formation|Net official development assistance received|% of gross capital formation|DT.ODA.ODAT.GI.ZS
"""
SOCIAL = """
homicides|Intentional homicides (per 100,000 people)|Intentional homicides|victims per 100,000 people|VC.IHR.PSRC.P5
homicides_female|Intentional homicides, female (per 100,000 female)|Intentional homicides of women|victims per 100,000 women|VC.IHR.PSRC.FE.P5
homicides_male|Intentional homicides, male (per 100,000 male)|Intentional homicides of men|victims per 100,000 men|VC.IHR.PSRC.MA.P5
unemployment_female|Unemployment, female (% of female labor force) (modeled ILO estimate)|Unemployment of women, ILO model|% of female labour force|SL.UEM.TOTL.FE.ZS
unemployment_male|Unemployment, male (% of male labor force) (modeled ILO estimate)|Unemployment of men, ILO model|% of male labour force|SL.UEM.TOTL.MA.ZS
vulnerable_employment_female|Vulnerable employment, female (% of female employment) (modeled ILO estimate)|Vulnerable employment of women, ILO model|% of female employment|SL.EMP.VULN.FE.ZS
vulnerable_employment_male|Vulnerable employment, male (% of male employment) (modeled ILO estimate)|Vulnerable employment of men, ILO model|% of male employment|SL.EMP.VULN.MA.ZS
youth_participation|Labor force participation rate for ages 15-24, total (%) (modeled ILO estimate)|Labour force participation at 15 to 24, ILO model|%|SL.TLF.ACTI.1524.ZS
youth_participation_female|Labor force participation rate for ages 15-24, female (%) (modeled ILO estimate)|The same, women|%|SL.TLF.ACTI.1524.FE.ZS
youth_participation_male|Labor force participation rate for ages 15-24, male (%) (modeled ILO estimate)|The same, men|%|SL.TLF.ACTI.1524.MA.ZS
adolescent_fertility|Adolescent fertility rate (births per 1,000 women ages 15-19)|Births to women of 15 to 19|per 1,000 women of that age|SP.ADO.TFRT
"""
COLUMNS = ["indicator", "label", "title", "unit", "world_bank_code"]


def _listed(lines: str, vintage: str) -> pd.DataFrame:
    table = pd.DataFrame([line.split("|") for line in lines.strip().splitlines()], columns=COLUMNS)
    return table.assign(vintage=vintage)


# the vintage is the month of the files read: figures of different vintages are never joined into one series
INDICATORS = pd.concat([_listed(CORE, "2025-06"), _listed(STRUCTURE, "2026-02"), _listed(SOCIAL, "2021-10")], ignore_index=True)
