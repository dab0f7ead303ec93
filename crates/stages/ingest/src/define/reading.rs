//! How a definition read a record: which of its cases fitted, and from which fields the attributes
//! came. Asked for by explanations alone.

use bakas_model::Value;

use super::{
    Definition,
    row::{Names, Row, is_there},
    term::Term,
    time::From,
};

/// A record that a definition has read.
#[derive(Debug)]
pub struct Reading<'r, 'a> {
    pub(crate) definition: &'static Definition,
    pub(crate) case: Option<usize>,
    pub(crate) row: &'r Row<'a>,
}

impl Reading<'_, '_> {
    /// The definition.
    #[must_use]
    pub const fn definition(&self) -> &'static Definition {
        self.definition
    }

    /// The `[[case]]` that fitted, from 0.
    #[must_use]
    pub const fn case(&self) -> Option<usize> {
        self.case
    }

    /// Each attribute with the fields that it came from.
    #[must_use]
    pub fn origins(&self) -> Vec<(&'static str, Vec<String>)> {
        let definition = self.definition;
        let case = self.case.and_then(|at| definition.cases.get(at)).map(|case| &case.own);
        let of_case = case.into_iter().flat_map(|mapping| mapping.attributes());
        let of_web = definition.web.iter().flat_map(super::web::Web::attributes);
        let terms = of_case.chain(of_web).chain(definition.base.attributes());
        let mut origins: Vec<(&'static str, Vec<String>)> = vec![("time", self.time())];
        for (name, term) in terms {
            if let Some(term) = term
                && term.is_there(self.row)
                && !origins.iter().any(|(known, _)| *known == name)
            {
                origins.push((name, term.origin(self.row, &definition.names)));
            }
        }
        origins
    }

    fn time(&self) -> Vec<String> {
        let names = &self.definition.names;
        let terms: Vec<&Term> = match &self.definition.time.from {
            From::Carrier => Vec::new(),
            From::Field(term) => vec![term],
            From::Fields(terms) => terms.iter().collect(),
        };
        if !terms.iter().all(|term| term.is_there(self.row)) {
            return Vec::new();
        }
        terms.iter().flat_map(|term| term.origin(self.row, names)).collect()
    }
}

impl Term {
    /// Whether it has a value.
    fn is_there(&self, row: &Row<'_>) -> bool {
        match self {
            Self::Slot(slot) => row.get(*slot).is_some(),
            Self::Any(terms) => terms.iter().any(|term| term.is_there(row)),
            Self::Join(terms, _) => {
                terms.iter().any(|term| !matches!(term, Self::Text(_)) && term.is_there(row))
            }
            Self::Text(text) => is_there(Value::Text(text)),
            Self::Match(term, pattern) => {
                term.first(row).is_some_and(|value| pattern.read(&value.as_text()).is_some())
            }
        }
    }

    /// The first plain value within it.
    fn first<'a>(&self, row: &Row<'a>) -> Option<Value<'a>> {
        match self {
            Self::Slot(slot) => row.get(*slot),
            Self::Any(terms) | Self::Join(terms, _) => {
                terms.iter().find_map(|term| term.first(row))
            }
            Self::Text(text) => Some(Value::Text(text)),
            Self::Match(term, _) => term.first(row),
        }
    }

    /// The names of the fields that its value came from.
    fn origin(&self, row: &Row<'_>, names: &Names) -> Vec<String> {
        match self {
            Self::Slot(slot) => vec![names.list[*slot].name.to_owned()],
            Self::Any(terms) => terms
                .iter()
                .find(|term| term.is_there(row))
                .map_or_else(Vec::new, |term| term.origin(row, names)),
            Self::Join(terms, _) => terms
                .iter()
                .filter(|term| term.is_there(row))
                .flat_map(|term| term.origin(row, names))
                .collect(),
            Self::Match(term, _) => term.origin(row, names),
            Self::Text(_) => Vec::new(),
        }
    }
}
