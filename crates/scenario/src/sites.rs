//! The pages and assets of the scenario's web sites, and how large they are.

/// A page or an asset: path and usual size in bytes.
pub(crate) type Item = (&'static str, u64);

/// A web site.
#[derive(Debug)]
pub(crate) struct SiteMap {
    pub(crate) host: &'static str,
    pub(crate) home: Item,
    pub(crate) pages: &'static [Item],
    pub(crate) assets: &'static [Item],
    pub(crate) missing: &'static [&'static str],
    /// Path of the sign-in form, where there is one; failed sign-ins are answered with this code.
    pub(crate) sign_in: Option<(&'static str, u16)>,
    /// Pages for those who signed in; the first is where they land.
    pub(crate) inside: &'static [Item],
}

const MISSING: &[&str] = &[
    "/favicon.ico",
    "/apple-touch-icon.png",
    "/apple-touch-icon-precomposed.png",
    "/images/banner-2023.jpg",
    "/news/2019/advisory-04",
    "/downloads/form-a-old.pdf",
];

/// The welfare agency's site.
pub(crate) const WELFARE: SiteMap = SiteMap {
    host: "www.kalinga.example",
    home: ("/", 18_420),
    pages: &[
        ("/services/", 15_210),
        ("/services/repatriation", 12_077),
        ("/services/scholarships", 14_950),
        ("/services/livelihood-loans", 13_377),
        ("/news/", 21_004),
        ("/news/advisory-142", 9_870),
        ("/news/advisory-143", 10_214),
        ("/contact", 7_633),
        ("/offices/hong-kong", 8_120),
        ("/offices/riyadh", 8_342),
        ("/offices/dubai", 8_290),
        ("/downloads/membership-form.pdf", 184_220),
        ("/faq", 11_002),
        ("/search?q=membership+renewal", 9_120),
        ("/search?q=loan", 8_991),
    ],
    assets: &[
        ("/assets/css/site.7f3c1a.css", 48_120),
        ("/assets/js/app.0be921.js", 132_405),
        ("/assets/js/vendor.55d0c2.js", 210_331),
        ("/assets/img/logo.svg", 6_120),
        ("/assets/img/hero.webp", 88_013),
        ("/assets/fonts/noto-sans.woff2", 41_200),
        ("/assets/img/icons.svg", 12_240),
    ],
    missing: MISSING,
    sign_in: Some(("/member/login", 401)),
    inside: &[
        ("/member/home", 16_002),
        ("/member/membership", 12_744),
        ("/member/claims", 14_120),
        ("/member/claims/new", 11_870),
        ("/member/profile", 9_455),
        ("/member/dependants", 8_771),
    ],
};

/// The research agency's internal site.
pub(crate) const SCIENCE: SiteMap = SiteMap {
    host: "intranet.saliksik.example",
    home: ("/", 11_420),
    pages: &[
        ("/notices/", 8_210),
        ("/library/", 10_077),
        ("/library/search?q=mangrove", 12_313),
        ("/library/search?q=typhoon+rainfall", 12_950),
        ("/library/search?q=d%27urville+collection", 9_313),
        ("/library/search?q=select+committee+on+union+fisheries", 10_950),
        ("/library/item?id=1184", 6_377),
        ("/library/item?id=2075", 6_390),
        ("/projects/", 13_004),
        ("/projects/reef-survey", 9_870),
        ("/download?file=guidelines-2025.pdf", 310_214),
        ("/people/", 7_633),
    ],
    assets: &[
        ("/static/main.css", 22_120),
        ("/static/main.js", 64_405),
        ("/static/logo.png", 9_331),
        ("/static/print.css", 2_120),
    ],
    missing: &["/favicon.ico", "/static/old-logo.gif", "/library/item?id=0"],
    sign_in: Some(("/login.php", 200)),
    inside: &[
        ("/desk/", 9_002),
        ("/desk/leave", 7_744),
        ("/desk/payslip", 6_120),
        ("/uploads/submit", 5_870),
    ],
};

/// The earthquake agency's site.
pub(crate) const SEISMIC: SiteMap = SiteMap {
    host: "www.lindol.example",
    home: ("/", 24_420),
    pages: &[
        ("/latest", 31_210),
        ("/latest?magnitude=4", 12_110),
        ("/event/2025p0931", 9_077),
        ("/event/2026p0007", 9_313),
        ("/maps/hazard", 12_950),
        ("/about", 6_377),
        ("/api/v1/events?limit=50", 18_390),
        ("/prepare/family-plan", 13_004),
    ],
    assets: &[
        ("/static/app.css", 31_120),
        ("/static/app.js", 164_405),
        ("/static/map/tiles-7-103-58.png", 19_331),
        ("/static/map/tiles-7-104-58.png", 18_120),
        ("/static/logo.svg", 4_120),
    ],
    missing: MISSING,
    sign_in: None,
    inside: &[],
};

/// The harbour agency's site.
pub(crate) const PORTS: SiteMap = SiteMap {
    host: "www.daungan.example",
    home: ("/", 14_420),
    pages: &[
        ("/berths", 21_210),
        ("/tariffs", 9_077),
        ("/tides/manila", 5_313),
        ("/notices", 12_950),
        ("/tenders/", 8_377),
        ("/tenders/2026-003.pdf", 412_390),
        ("/contact", 6_004),
    ],
    assets: &[
        ("/theme/style.css", 27_120),
        ("/theme/script.js", 74_405),
        ("/theme/logo.png", 14_331),
        ("/theme/pier.jpg", 118_120),
    ],
    missing: MISSING,
    sign_in: None,
    inside: &[],
};
