//! What a format's TOML file may say, as it is written. Whether it makes sense is judged when it
//! is compiled.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, SeqAccess, Visitor},
};
use toml::Spanned;

pub(super) use super::forms::{Condition, Form, Scalar};

/// A text with its place in the file.
pub(super) type Word = Spanned<String>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) name: Word,
    pub(super) title: Word,
    pub(super) source: String,
    #[serde(default)]
    pub(super) aliases: Vec<Word>,
    pub(super) stream: Word,
    pub(super) provider: Option<String>,
    pub(super) notes: Option<String>,
    pub(super) logsource: Option<Spanned<LogSource>>,
    pub(super) record: Spanned<Record>,
    #[serde(default)]
    pub(super) recognise: Recognitions,
    pub(super) time: Option<Spanned<Time>>,
    #[serde(default)]
    pub(super) event: Attributes,
    pub(super) web: Option<Spanned<Web>>,
    #[serde(default)]
    pub(super) names: BTreeMap<String, Spanned<Form>>,
    #[serde(default)]
    pub(super) case: Vec<Spanned<Attributes>>,
    #[serde(default)]
    pub(super) extract: Vec<Spanned<Extract>>,
    #[serde(default)]
    pub(super) decode: Vec<Spanned<Decode>>,
    #[serde(default)]
    pub(super) tables: BTreeMap<String, Spanned<Table>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LogSource {
    pub(super) category: Option<String>,
    pub(super) product: Option<String>,
    pub(super) service: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum KindName {
    Json,
    Delimited,
    KeyValue,
    Pattern,
    Cef,
    Leef,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Carrier {
    Line,
    Syslog,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum MultilineName {
    Indented,
    Until,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Otherwise {
    Event,
    Reject,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    pub(super) kind: KindName,
    pub(super) carriers: Option<Vec<Carrier>>,
    #[serde(default)]
    pub(super) programs: Vec<Word>,
    #[serde(default)]
    pub(super) starts: Vec<Word>,
    pub(super) head: Option<Word>,
    #[serde(default)]
    pub(super) wrappers: Vec<String>,
    #[serde(default)]
    pub(super) pairs: BTreeMap<String, Spanned<Vec<String>>>,
    pub(super) delimiter: Option<Word>,
    pub(super) quote: Option<Word>,
    #[serde(default)]
    pub(super) brackets: bool,
    pub(super) columns: Option<Vec<String>>,
    #[serde(default)]
    pub(super) layout: Vec<Spanned<Layout>>,
    pub(super) header: Option<Word>,
    #[serde(default)]
    pub(super) directives: BTreeMap<String, String>,
    pub(super) least: Option<usize>,
    #[serde(default)]
    pub(super) null: Vec<String>,
    pub(super) separator: Option<Word>,
    pub(super) separators: Option<Word>,
    pub(super) assign: Option<Word>,
    #[serde(default)]
    pub(super) nested: Vec<String>,
    #[serde(default)]
    pub(super) patterns: Vec<Word>,
    pub(super) otherwise: Option<Otherwise>,
    pub(super) multiline: Option<Spanned<MultilineName>>,
    #[serde(default)]
    pub(super) skip: Vec<Word>,
}

/// The cells of one of several shapes of a record.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Layout {
    pub(super) when: BTreeMap<String, Spanned<Condition>>,
    pub(super) columns: Vec<String>,
}

/// `[recognise]` once or several times.
#[derive(Debug, Default)]
pub(super) struct Recognitions(pub(super) Vec<Recognise>);

impl<'de> Deserialize<'de> for Recognitions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMore;
        impl<'de> Visitor<'de> for OneOrMore {
            type Value = Recognitions;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table [recognise], or several [[recognise]]")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Recognitions, A::Error> {
                let one = Recognise::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(Recognitions(vec![one]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Recognitions, A::Error> {
                let mut list = Vec::new();
                while let Some(one) = seq.next_element()? {
                    list.push(one);
                }
                Ok(Recognitions(list))
            }
        }
        deserializer.deserialize_any(OneOrMore)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Recognise {
    #[serde(default)]
    pub(super) members: Vec<String>,
    #[serde(default)]
    pub(super) values: BTreeMap<String, Spanned<Condition>>,
    pub(super) line: Option<Word>,
    #[serde(default)]
    pub(super) columns: Vec<String>,
    pub(super) priority: Option<u8>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Time {
    pub(super) field: Option<Spanned<Form>>,
    pub(super) any: Option<Vec<Spanned<Form>>>,
    pub(super) format: Option<Spanned<Condition>>,
    pub(super) year: Option<Word>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Web {
    pub(super) method: Option<Spanned<Form>>,
    pub(super) target: Option<Spanned<Form>>,
    pub(super) stem: Option<Spanned<Form>>,
    pub(super) query: Option<Spanned<Form>>,
    pub(super) request: Option<Spanned<Form>>,
    pub(super) status: Option<Spanned<Form>>,
    pub(super) agent: Option<Spanned<Form>>,
    pub(super) referer: Option<Spanned<Form>>,
    pub(super) host: Option<Spanned<Form>>,
    pub(super) version: Option<Spanned<Form>>,
    pub(super) user: Option<Spanned<Form>>,
    pub(super) bytes: Option<Spanned<Form>>,
    pub(super) cookie: Option<Spanned<Form>>,
    pub(super) agent_encoding: Option<AgentEncoding>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum AgentEncoding {
    Plus,
    Percent,
}

/// What `[event]` and each `[[case]]` may set.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Attributes {
    #[serde(default)]
    pub(super) when: BTreeMap<String, Spanned<Condition>>,
    pub(super) stream: Option<Word>,
    pub(super) class: Option<Word>,
    pub(super) activity: Option<Word>,
    pub(super) status: Option<Word>,
    pub(super) result: Option<Spanned<ResultRule>>,
    pub(super) operation: Option<Spanned<Form>>,
    pub(super) account: Option<Spanned<Form>>,
    pub(super) target: Option<Spanned<Form>>,
    pub(super) object: Option<Spanned<Form>>,
    pub(super) src: Option<Spanned<Form>>,
    pub(super) src_port: Option<Spanned<Form>>,
    pub(super) dst: Option<Spanned<Form>>,
    pub(super) dst_port: Option<Spanned<Form>>,
    pub(super) host: Option<Spanned<Form>>,
    pub(super) agent: Option<Spanned<Form>>,
    pub(super) http_status: Option<Spanned<Form>>,
    pub(super) bytes_out: Option<Spanned<Form>>,
    pub(super) forwarded: Option<Spanned<Form>>,
    #[serde(default)]
    pub(super) fields: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ResultRule {
    pub(super) field: Spanned<Form>,
    #[serde(default)]
    pub(super) success: Vec<Scalar>,
    #[serde(default)]
    pub(super) failure: Vec<Scalar>,
    pub(super) absent: Option<Word>,
    pub(super) otherwise: Option<Word>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Extract {
    pub(super) field: Spanned<Form>,
    pub(super) pattern: Option<Word>,
    #[serde(default)]
    pub(super) patterns: Vec<Word>,
    #[serde(default)]
    pub(super) when: BTreeMap<String, Spanned<Condition>>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Coding {
    Hex,
    Percent,
    Base64,
    Backslash,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Decode {
    pub(super) fields: Vec<String>,
    #[serde(rename = "as")]
    pub(super) coding: Coding,
    #[serde(default)]
    pub(super) when: BTreeMap<String, Spanned<Condition>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    pub(super) field: Spanned<Form>,
    pub(super) values: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) when: BTreeMap<String, Spanned<Condition>>,
}
