//! Blocks that were really announced, with their origin AS, in both dated tables of 2025-04-02 and
//! 2026-06-17 (@ip-location-db/asn, CC BY 4.0: RouteViews, NRO, DB-IP), but for the one that changed
//! hands in between. Their use here is made up: it says nothing about the operators or their
//! customers.

use super::Network;

/// Philippine telcos.
pub(crate) const PH: &[Network] = &[
    Network {
        asn: 9299,
        operator: "Philippine Long Distance Telephone Co.",
        v4: &[([49, 144, 0, 0], 131_072), ([180, 192, 0, 0], 131_072), ([122, 52, 0, 0], 131_072)],
        v6: &[(0x2001_4450_0041_0000, 4096)],
    },
    Network {
        asn: 4775,
        operator: "Globe Telecom (GMCR,INC)",
        v4: &[([1, 37, 84, 0], 44_032), ([1, 37, 0, 0], 20_992), ([203, 177, 0, 0], 11_264)],
        v6: &[(0x2001_0fe0_0000_0000, 4096)],
    },
    Network {
        asn: 132199,
        operator: "Globe Telecom Inc.",
        v4: &[([222, 127, 188, 0], 17_408), ([216, 247, 0, 0], 16_384), ([120, 28, 64, 0], 15_872)],
        v6: &[(0x2001_0fd8_0400_0000, 832)],
    },
    Network {
        asn: 17639,
        operator: "ComClark Network & Technology Corp",
        v4: &[([113, 19, 0, 0], 65_536), ([161, 49, 0, 0], 38_144), ([136, 239, 128, 0], 32_768)],
        v6: &[(0x2403_04c0_8000_0000, 4096)],
    },
    Network {
        asn: 10139,
        operator: "Smart Broadband, Inc.",
        v4: &[([121, 54, 0, 0], 32_768), ([125, 60, 128, 0], 32_768), ([175, 176, 0, 0], 32_768)],
        v6: &[(0x2407_9800_0000_0000, 4096)],
    },
    Network {
        asn: 9658,
        operator: "Eastern Telecommunications Philippines, Inc.",
        v4: &[
            ([116, 50, 166, 0], 23_040),
            ([115, 84, 250, 0], 17_920),
            ([202, 175, 192, 0], 16_384),
        ],
        v6: &[(0x2403_a000_0000_0000, 4096)],
    },
];
/// Telcos of the Gulf.
pub(crate) const GULF: &[Network] = &[
    Network {
        asn: 5384,
        operator: "EMIRATES TELECOMMUNICATIONS GROUP COMPANY (ETISALAT GROUP) PJSC",
        v4: &[([2, 48, 0, 0], 131_072), ([86, 96, 0, 0], 131_072), ([92, 96, 0, 0], 131_072)],
        v6: &[(0x2a0e_6701_0000_0000, 4096)],
    },
    Network {
        asn: 15802,
        operator: "Emirates Integrated Telecommunications Company PJSC",
        v4: &[([94, 200, 0, 0], 131_072), ([5, 30, 0, 0], 131_072), ([87, 200, 0, 0], 131_072)],
        v6: &[(0x2a00_0f28_0000_0000, 4096)],
    },
    Network {
        asn: 25019,
        operator: "Saudi Telecom Company JSC",
        v4: &[([37, 104, 0, 0], 131_072), ([94, 96, 0, 0], 131_072), ([2, 88, 0, 0], 131_072)],
        v6: &[(0x2001_16a2_c400_0000, 4096)],
    },
    Network {
        asn: 35819,
        operator: "Etihad Etisalat, a joint stock company",
        v4: &[([5, 108, 0, 0], 131_072), ([176, 16, 0, 0], 131_072), ([31, 166, 0, 0], 131_072)],
        v6: &[(0x2a06_8484_0000_0000, 4096)],
    },
    Network {
        asn: 8781,
        operator: "Ooredoo Q.S.C.",
        v4: &[([176, 202, 0, 0], 131_072), ([37, 208, 128, 0], 32_768), ([78, 100, 16, 0], 11_776)],
        v6: &[(0x2001_1a10_0000_0000, 4096)],
    },
    Network {
        asn: 21050,
        operator: "Fast Communication Company Ltd",
        v4: &[([178, 61, 0, 0], 65_536), ([89, 203, 0, 0], 32_768), ([83, 96, 32, 0], 24_576)],
        v6: &[(0x2a02_0c08_0000_0000, 4096)],
    },
];
/// Hong Kong.
pub(crate) const HK: &[Network] = &[
    Network {
        asn: 9269,
        operator: "Hong Kong Broadband Network Limited",
        v4: &[([119, 246, 0, 0], 131_072), ([123, 202, 0, 0], 131_072), ([61, 92, 0, 0], 112_640)],
        v6: &[],
    },
    Network {
        asn: 4760,
        operator: "PCCW IMS Limited",
        v4: &[
            ([219, 76, 224, 0], 131_072),
            ([112, 118, 0, 0], 131_072),
            ([119, 236, 0, 0], 131_072),
        ],
        v6: &[(0x2404_c800_0000_0000, 4096)],
    },
    Network {
        asn: 9304,
        operator: "HGC Global Communications Limited",
        v4: &[([113, 252, 0, 0], 131_072), ([221, 124, 0, 0], 131_072), ([223, 16, 0, 0], 131_072)],
        v6: &[(0x2403_4a00_0000_0000, 4096)],
    },
];
/// Western Europe.
pub(crate) const EU: &[Network] = &[
    Network {
        asn: 30722,
        operator: "Vodafone Italia S.p.A.",
        v4: &[([2, 37, 112, 0], 131_072), ([5, 88, 0, 0], 131_072)],
        v6: &[],
    },
    Network {
        asn: 1267,
        operator: "WIND TRE S.P.A.",
        v4: &[([151, 11, 54, 0], 131_072), ([37, 100, 0, 0], 131_072)],
        v6: &[(0x2a02_b000_0000_0000, 4096)],
    },
    Network {
        asn: 3269,
        operator: "Telecom Italia S.p.A.",
        v4: &[([79, 0, 0, 0], 131_072), ([87, 0, 0, 0], 131_072)],
        v6: &[(0x2a01_2000_0000_0000, 4096)],
    },
    Network {
        asn: 3352,
        operator: "TELEFONICA DE ESPANA S.A.U.",
        v4: &[([83, 32, 0, 0], 131_072), ([88, 0, 0, 0], 131_072)],
        v6: &[(0x2a02_9010_0046_0000, 4096)],
    },
    Network {
        asn: 5089,
        operator: "Virgin Media Limited",
        v4: &[([86, 0, 0, 0], 131_072), ([82, 0, 0, 0], 131_072)],
        v6: &[],
    },
];
/// East and South-East Asia.
pub(crate) const ASIA: &[Network] = &[
    Network {
        asn: 4657,
        operator: "Starhub Ltd.",
        v4: &[([101, 127, 0, 0], 51_200), ([203, 117, 99, 0], 37_632), ([171, 1, 128, 0], 32_768)],
        v6: &[(0x2406_3000_005e_0000, 162)],
    },
    Network {
        asn: 9506,
        operator: "Singapore Telecommunications Ltd, Magix Services",
        v4: &[([14, 100, 0, 0], 32_768), ([180, 255, 64, 0], 16_384), ([128, 106, 64, 0], 5_120)],
        v6: &[(0x2400_d802_9080_0000, 128)],
    },
    Network {
        asn: 3462,
        operator: "Chunghwa Telecom Co., Ltd.",
        v4: &[([1, 160, 0, 0], 131_072), ([36, 224, 0, 0], 131_072), ([59, 112, 0, 0], 131_072)],
        v6: &[(0x2001_b030_0000_0000, 4096)],
    },
    Network {
        asn: 4766,
        operator: "Korea Telecom",
        v4: &[
            ([175, 214, 184, 0], 131_072),
            ([115, 0, 0, 0], 131_072),
            ([119, 205, 185, 0], 131_072),
        ],
        v6: &[(0x2400_00e1_0000_0000, 4096)],
    },
];
/// North America.
pub(crate) const AMERICA: &[Network] = &[
    Network {
        asn: 7922,
        operator: "Comcast Cable Communications, LLC",
        v4: &[([73, 0, 0, 0], 131_072), ([76, 96, 0, 0], 131_072)],
        v6: &[(0x2601_0a80_0000_0000, 4096)],
    },
    Network {
        asn: 7018,
        operator: "AT&T Enterprises, LLC",
        v4: &[([99, 22, 226, 0], 131_072), ([107, 192, 0, 0], 131_072)],
        v6: &[(0x2602_0300_0000_0000, 4096)],
    },
    Network {
        asn: 577,
        operator: "Bell Canada",
        v4: &[([142, 180, 0, 0], 131_072), ([70, 48, 0, 0], 131_072)],
        v6: &[(0x2604_0d40_0000_0000, 4096)],
    },
];
/// State-owned telcos that overseas workers use; the seed draws one of them.
pub(crate) const STATE: &[Network] = &[
    Network {
        asn: 4837,
        operator: "CHINA UNICOM China169 Backbone",
        v4: &[([27, 192, 0, 0], 131_072), ([39, 64, 0, 0], 131_072), ([60, 0, 0, 0], 131_072)],
        v6: &[(0x2408_822e_0000_0000, 4096)],
    },
    Network {
        asn: 4134,
        operator: "Chinanet",
        v4: &[
            ([115, 200, 224, 0], 131_072),
            ([60, 171, 130, 0], 131_072),
            ([183, 146, 216, 0], 131_072),
        ],
        v6: &[(0x2400_9380_80d0_0000, 240)],
    },
    Network {
        asn: 4788,
        operator: "TM TECHNOLOGY SERVICES SDN BHD",
        v4: &[([175, 136, 0, 0], 131_072), ([60, 48, 0, 0], 131_072), ([42, 188, 0, 0], 131_072)],
        v6: &[(0x2001_4470_0000_0000, 4096)],
    },
    Network {
        asn: 45899,
        operator: "VNPT Corp",
        v4: &[([14, 160, 0, 0], 131_072), ([113, 160, 0, 0], 131_072), ([14, 226, 0, 0], 131_072)],
        v6: &[(0x2001_0ee0_0000_0000, 4096)],
    },
    Network {
        asn: 7713,
        operator: "Telekomunikasi Indonesia (PT)",
        v4: &[([36, 66, 23, 0], 131_072), ([125, 160, 0, 0], 131_072), ([110, 136, 0, 0], 131_072)],
        v6: &[(0x2001_4489_0000_0000, 4096)],
    },
    Network {
        asn: 25019,
        operator: "Saudi Telecom Company JSC",
        v4: &[([37, 104, 0, 0], 131_072), ([94, 96, 0, 0], 131_072), ([2, 88, 0, 0], 131_072)],
        v6: &[(0x2001_16a2_c400_0000, 4096)],
    },
];
/// Hosting providers.
pub(crate) const HOSTING: &[Network] = &[
    Network {
        asn: 20473,
        operator: "The Constant Company, LLC",
        v4: &[([45, 76, 0, 0], 131_072), ([45, 32, 0, 0], 65_536), ([149, 28, 8, 0], 63_488)],
        v6: &[(0x2a0b_0500_0000_0000, 4096)],
    },
    Network {
        asn: 14061,
        operator: "DigitalOcean, LLC",
        v4: &[([45, 55, 0, 0], 65_536), ([46, 101, 0, 0], 65_536), ([68, 183, 0, 0], 65_536)],
        v6: &[(0x2400_6180_0100_0000, 256)],
    },
    Network {
        asn: 51167,
        operator: "Contabo GmbH",
        v4: &[([161, 97, 64, 0], 32_256), ([5, 189, 128, 0], 16_384), ([38, 242, 192, 0], 16_384)],
        v6: &[(0x2a02_c202_0000_0000, 4096)],
    },
    Network {
        asn: 16276,
        operator: "OVH SAS",
        v4: &[([54, 36, 0, 0], 131_072), ([51, 254, 0, 0], 131_072), ([141, 94, 0, 0], 131_072)],
        v6: &[(0x2402_1f00_0000_0000, 4096)],
    },
    Network {
        asn: 24940,
        operator: "Hetzner Online GmbH",
        v4: &[([49, 12, 0, 0], 131_072), ([65, 108, 0, 0], 131_072), ([78, 46, 0, 0], 131_072)],
        v6: &[(0x2a06_be80_0000_0000, 4096)],
    },
];
/// A hosting provider's block that another network announced later: AS29802 in the tables of
/// 2025-04-02 and 2025-04-11, AS16276 in that of 2026-06-17. Whom to ask then is not whom to ask now.
pub(crate) const MOVED: Network =
    Network { asn: 29802, operator: "HIVELOCITY, Inc.", v4: &[([82, 26, 176, 0], 4096)], v6: &[] };
