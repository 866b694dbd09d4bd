"""Country names as publishers write them, and their ISO 3166 alpha-3 codes.

`ISO3` has the English names of the US Department of Homeland Security, a hand-made lookup table; `english` and `spanish` the
names of CLDR and where the United Nations or Mexican agencies write otherwise. Places without a code of their own: ``OOO``
other or unknown, ``XXA`` stateless, ``XKX`` Kosovo (user-assigned), ``SCG`` Serbia and Montenegro (withdrawn 2006).
"""

from __future__ import annotations

import re
from functools import lru_cache

from migrationbook.sources.reading import folded

_NAMES = """
AFG Afghanistan|ALB Albania|DZA Algeria|AGO Angola|ATG Antigua and Barbuda|ARG Argentina|ARM Armenia
AZE Azerbaijan|BGD Bangladesh|BLR Belarus|BLZ Belize|BEN Benin|BOL Bolivia|BRA Brazil|BGR Bulgaria
BFA Burkina Faso|MMR Burma|BDI Burundi|KHM Cambodia|CMR Cameroon|CAN Canada|TCD Chad|CHL Chile
CHN China, People's Republic|COL Colombia|COD Congo, Democratic Republic|COG Congo, Republic
CRI Costa Rica|CIV Cote d'Ivoire|CUB Cuba|CZE Czechia|DJI Djibouti|DMA Dominica|DOM Dominican Republic
ECU Ecuador|EGY Egypt|SLV El Salvador|GNQ Equatorial Guinea|ERI Eritrea|ETH Ethiopia|FRA France
GMB Gambia|GEO Georgia|DEU Germany|GHA Ghana|GRC Greece|GTM Guatemala|GIN Guinea|GNB Guinea-Bissau
GUY Guyana|HTI Haiti|HND Honduras|IND India|IDN Indonesia|IRN Iran|IRQ Iraq|IRL Ireland|ISR Israel
ITA Italy|JAM Jamaica|JOR Jordan|KAZ Kazakhstan|KEN Kenya|KOR Korea, South|XKX Kosovo|KGZ Kyrgyzstan
LBN Lebanon|LBR Liberia|LTU Lithuania|MLI Mali|MRT Mauritania|MUS Mauritius|MEX Mexico|MDA Moldova
MNG Mongolia|MAR Morocco|MOZ Mozambique|NPL Nepal|NLD Netherlands|NIC Nicaragua|NER Niger|NGA Nigeria
MKD North Macedonia|PAK Pakistan|PAN Panama|PRY Paraguay|PER Peru|PHL Philippines|POL Poland|PRT Portugal
QAT Qatar|ROU Romania|RUS Russia|RWA Rwanda|SAU Saudi Arabia|SEN Senegal|SRB Serbia
SCG Serbia and Montenegro (former)|SLE Sierra Leone|SVK Slovakia|SOM Somalia|ZAF South Africa|ESP Spain
LKA Sri Lanka|SDN Sudan|SUR Suriname|SWE Sweden|SYR Syria|TJK Tajikistan|TZA Tanzania|THA Thailand
TGO Togo|TTO Trinidad and Tobago|TUN Tunisia|TUR Turkey|TKM Turkmenistan|UGA Uganda|UKR Ukraine
GBR United Kingdom|OOO Unknown|URY Uruguay|UZB Uzbekistan|VEN Venezuela|VNM Vietnam|YEM Yemen
ZWE Zimbabwe
"""

ISO3 = {entry[4:]: entry[:3] for line in _NAMES.strip().splitlines() for entry in line.split("|")}

# What Unicode also lists by three letters: codes withdrawn by ISO, codes it only reserves, codes it leaves to users.
WITHDRAWN = {"ANT", "BUR", "CSK", "DDR", "FXX", "NTZ", "PCZ", "PHI", "SUN", "TMP", "YMD", "YUG", "ZAR", "SCG"}
RESERVED = {"ASC", "CPT", "DGA", "TAA"}
USERS = re.compile(r"AA.|Q[M-Z].|X..|ZZ.")
# Spanish names where Mexican agencies write otherwise than CLDR
_SPANISH = """
BGD Bangladesh|BHR Bahrein|BHR Bahréin|BLR Belarús|BRN Brunéi|BWA Botswana|CAF Centroafricana, Rep.|CIV Costa de Marfil
CHN China, Rep. Popular|COD Congo, Rep. Dem.|COD Congo, Rep. Democrática|COD Rep. Democrática del Congo|COG Congo, Rep.
COM Comoras|CZE Checa, Rep.|CZE República Checa|DJI Djibouti|DOM Dominicana, Rep.|DOM Rep. Dominicana
ESH Sahara Occidental|FJI Fiji|FJI Fiyi|FSM Micronesia, Rep.|GBR Gran Bretaña|GBR Reino Unido (Gran Bretaña)|GNB Guinea Bissau
GRL Groenlandia|HKG Hong Kong|IRN Irán, Rep. Islámica|IRQ Iraq|KEN Kenya|KOR Corea, Rep. (Sur)|KOR Corea, Rep.
PRK Corea, Rep. Pop. Dem. (Norte)|LAO Laos, Rep. Dem. Popular|LSO Lesoto|MDA Moldova|MDA Moldova, Rep.|MKD Macedonia
MMR Mianmar (Birmania)|MMR Myanmar|MTQ Martinica (Terr. Ultram. Francia)|GUF Guayana Francesa (Terr. Ultram. Francia)
GLP Guadalupe (Terr. Ultram. Francia)|NLD Países Bajos (Holanda)|NLD Holanda|OOO No especificado|OOO No especificada
OOO Otros|OOO Otras nacionalidades|PSE Palestina|RUS Rusia, Federación de|RUS Federación de Rusia|RWA Rwanda
SAU Arabia Saudita|XXA Apátridas|XXA Apátrida|SWZ Swazilandia|SWZ Suazilandia|SYR Siria, Rep. Árabe|TLS Timor Oriental
TWN Taiwán (Provincia China)|TZA Tanzania, Rep. Unida|TZA Tanzanía|USA Estados Unidos de América|VAT Vaticano|VNM Viet Nam
XKX Kosovo|ZWE Zimbabwe
"""

# English names where the United Nations write otherwise than CLDR and the list above
_ENGLISH = """
BES Bonaire|BHS Bahamas|BOL Bolivia (Plurinational State of)|BRN Brunei Darussalam|CIV Côte d'Ivoire|CIV Cote d'Ivoire
COD Congo (DRC)|COD Democratic Republic of the Congo|COG Congo|COG Republic of the Congo|CPV Cabo Verde|CUW Curacao
DOM Dominican Republic|FLK Falkland Islands (Malvinas)|FSM Micronesia (Federated States of)
GBR United Kingdom of Great Britain and Northern Ireland|IRN Iran (Islamic Republic of)|KOR Republic of Korea
LAO Lao People's Democratic Republic|LKA Sri Lanka|MAF Saint Martin (French part)|MDA Republic of Moldova
MKD The former Yugoslav Republic of Macedonia|MMR Myanmar|PRK Democratic People's Republic of Korea
PSE State of Palestine|PSE Palestinian Territories|RUS Russian Federation|SWZ Swaziland|SXM Sint Maarten (Dutch part)
SYR Syrian Arab Republic|TUR Turkey|TZA United Republic of Tanzania|USA United States of America
VEN Venezuela (Bolivarian Republic of)|VGB British Virgin Islands|VIR United States Virgin Islands|VNM Viet Nam
"""


def current_codes() -> dict[str, str]:
    """The current alpha-3 codes of ISO 3166-1, each with its alpha-2 code, from Unicode's list."""
    from babel import Locale
    from babel.core import get_global

    return {
        code: alpha2
        for code, (alpha2, *_) in get_global("territory_aliases").items()
        if re.fullmatch("[A-Z]{3}", code)
        and code not in WITHDRAWN | RESERVED
        and not USERS.fullmatch(code)
        and alpha2 in Locale("en").territories
    }


def spanish(name: str) -> str | None:
    """ISO code for a country's Spanish name, accents and case aside; ``XXA`` stateless, ``OOO`` other; None if unknown."""
    return _spanish_names().get(folded(name))


@lru_cache(maxsize=1)
def _spanish_names() -> dict[str, str]:
    from babel import Locale

    territories = Locale("es").territories
    names = {folded(territories[alpha2]): code for code, alpha2 in current_codes().items()}
    own = [entry for line in _SPANISH.strip().splitlines() for entry in line.split("|")]
    return names | {folded(entry[4:]): entry[:3] for entry in own}


def english(name: str) -> str | None:
    """ISO code for a country's English name (CLDR, United Nations, DHS), accents and case aside; None if unknown."""
    return _english_names().get(_spelt(name))


@lru_cache(maxsize=1)
def _english_names() -> dict[str, str]:
    from babel import Locale

    territories = Locale("en").territories
    names = {_spelt(territories[alpha2]): code for code, alpha2 in current_codes().items()}
    own = [entry for line in _ENGLISH.strip().splitlines() for entry in line.split("|")]
    return {_spelt(name): code for name, code in ISO3.items()} | names | {_spelt(entry[4:]): entry[:3] for entry in own}


def _spelt(name: str) -> str:
    """``Saint Kitts and Nevis`` and ``St. Kitts & Nevis`` are one."""
    return folded(name).replace("’", "'").replace(" & ", " and ").replace("st. ", "saint ")
