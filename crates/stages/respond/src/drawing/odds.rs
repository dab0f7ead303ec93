//! Shares and odds as people read them.

/// `62 %`, and `1 %` or `99 %` at the ends: nothing is ever ruled out or certain.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.0} %", (share * 100.0).clamp(0.0, 100.0))
}

/// A range of shares: `48–75 %`.
pub(crate) fn range(low: f64, high: f64) -> String {
    let whole = |share: f64| (share * 100.0).clamp(0.0, 100.0).round();
    format!("{}–{} %", whole(low), whole(high))
}

/// Decibans as odds: `3 : 1`, `1 : 3`, `1 : 1`.
pub(crate) fn odds(decibans: f64) -> String {
    let times = 10_f64.powf(decibans.abs().min(60.0) / 10.0);
    let text = if times < 9.95 { format!("{times:.1}") } else { format!("{times:.0}") };
    let text = text.trim_end_matches(".0");
    if decibans >= 0.0 { format!("{text} : 1") } else { format!("1 : {text}") }
}

/// Decibans as a factor: `×2.1`, `÷2.1`, `×1`.
pub(crate) fn factor(decibans: f64) -> String {
    let times = 10_f64.powf(decibans.abs().min(60.0) / 10.0);
    let text = format!("{times:.1}");
    let text = text.trim_end_matches(".0");
    if text == "1" {
        return "×1".to_owned();
    }
    if decibans > 0.0 { format!("×{text}") } else { format!("÷{text}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odds_read_the_same_both_ways() {
        assert_eq!(odds(0.0), "1 : 1");
        assert_eq!(odds(4.771_212_547), "3 : 1");
        assert_eq!(odds(-10.0), "1 : 10");
        assert_eq!((factor(3.01).as_str(), factor(-3.01).as_str()), ("×2", "÷2"));
        assert_eq!(factor(0.1), "×1");
        assert_eq!((percent(0.0099).as_str(), range(0.481, 0.75).as_str()), ("1 %", "48–75 %"));
    }
}
