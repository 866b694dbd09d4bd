"""Country names as the US Department of Homeland Security writes them, and their ISO 3166 alpha-3 codes.

A hand-made lookup table. Places without a code of their own: ``OOO`` unknown, ``XKX`` Kosovo (user-assigned),
``SCG`` Serbia and Montenegro (withdrawn 2006).
"""

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
