//! The settings of a statistic's document, each with its default and its bounds; one that its type
//! does not know is refused.

use bakas_sigma::{Problem, Reason, SettingValue, Statistic};

/// Reads settings by name.
pub(super) struct Reader<'d> {
    document: &'d Statistic,
    known: Vec<&'static str>,
}

impl<'d> Reader<'d> {
    pub(super) const fn new(document: &'d Statistic) -> Self {
        Self { document, known: Vec::new() }
    }

    fn find(&mut self, name: &'static str) -> Option<SettingValue> {
        self.known.push(name);
        self.document.settings.iter().find(|setting| setting.name == name).map(|s| s.value)
    }

    /// A number within bounds.
    pub(super) fn number(
        &mut self,
        name: &'static str,
        default: f64,
        least: f64,
        most: f64,
    ) -> Result<f64, Problem> {
        match self.find(name) {
            None => Ok(default),
            Some(SettingValue::Number(number)) if (least..=most).contains(&number) => Ok(number),
            Some(_) => Err(self.wrong(name, &format!("it is a number from {least} to {most}"))),
        }
    }

    /// A whole number within bounds.
    pub(super) fn count(
        &mut self,
        name: &'static str,
        default: u32,
        least: u32,
        most: u32,
    ) -> Result<u32, Problem> {
        let number = self.number(name, default.into(), least.into(), most.into())?;
        if number.fract() == 0.0 {
            Ok(number as u32)
        } else {
            Err(self.wrong(name, "it is a whole number"))
        }
    }

    /// A time span, in microseconds.
    pub(super) fn micros(&mut self, name: &'static str, default: i64) -> Result<i64, Problem> {
        match self.find(name) {
            None => Ok(default),
            Some(SettingValue::Seconds(seconds)) => {
                Ok(i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1_000_000))
            }
            Some(_) => Err(self.wrong(name, "it is a time span such as 10m")),
        }
    }

    /// Yes or no.
    pub(super) fn flag(&mut self, name: &'static str, default: bool) -> Result<bool, Problem> {
        match self.find(name) {
            None => Ok(default),
            Some(SettingValue::Flag(flag)) => Ok(flag),
            Some(_) => Err(self.wrong(name, "it is true or false")),
        }
    }

    /// As many fields as this.
    pub(super) fn fields(&self, least: usize, most: usize) -> Result<(), Problem> {
        let found = self.document.fields.len();
        if (least..=most).contains(&found) {
            return Ok(());
        }
        let detail = format!("it has {found}; {least} to {most} are right for this type");
        Err(self.wrong("fields", &detail))
    }

    /// Whether all settings were read.
    pub(super) fn finish(self) -> Result<(), Problem> {
        let unknown = |name: &str| !self.known.contains(&name);
        match self.document.settings.iter().find(|setting| unknown(&setting.name)) {
            None => Ok(()),
            Some(setting) => {
                let detail = format!("it is none of {}", self.known.join(", "));
                let place = format!("bakas_statistic.{}", setting.name);
                Err(Problem::new(Reason::Malformed, setting.at, place, detail))
            }
        }
    }

    fn wrong(&self, name: &str, detail: &str) -> Problem {
        let setting = self.document.settings.iter().find(|setting| setting.name == name);
        let at = setting.map_or(self.document.at, |setting| setting.at);
        Problem::new(Reason::Malformed, at, format!("bakas_statistic.{name}"), detail)
    }
}
