//! The catalogue: every format that can be read, natives and definitions, ours and users'. It
//! knows names and ranks; what a format looks like, the format itself says.

mod carried;

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::{Definition, DefinitionProblem, Format, decode::identify, define::Sight, json::Json};

/// Our definitions: the path of each, and its text.
const OURS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/formats.rs"));

/// The rank of natives; definitions say theirs.
const NATIVE_PRIORITY: u8 = 50;
/// The rank of the native that takes any JSON with a client, a request and a status.
const WEB_JSON_PRIORITY: u8 = 20;

/// The formats that can be read.
#[derive(Clone, Copy, Debug)]
pub struct Formats(&'static Catalogue);

#[derive(Debug)]
struct Catalogue {
    definitions: Vec<&'static Definition>,
    /// Those that system logs carry.
    carried: carried::Carried,
    by_name: FxHashMap<&'static str, &'static Definition>,
}

impl Catalogue {
    fn new(definitions: Vec<&'static Definition>) -> Self {
        let mut carried: Vec<_> =
            definitions.iter().copied().filter(|d| d.is_carried_by_syslog()).collect();
        carried.sort_by_key(|definition| std::cmp::Reverse(definition.priority()));
        let mut by_name = FxHashMap::default();
        for definition in &definitions {
            for alias in definition.aliases() {
                by_name.entry(*alias).or_insert(*definition);
            }
        }
        // A name counts before an alias.
        by_name.extend(definitions.iter().map(|definition| (definition.name(), *definition)));
        Self { definitions, carried: carried::Carried::new(carried), by_name }
    }
}

impl Default for Formats {
    fn default() -> Self {
        Self::builtin()
    }
}

impl Formats {
    /// Ours.
    #[must_use]
    pub fn builtin() -> Self {
        static OURS_READ: OnceLock<Catalogue> = OnceLock::new();
        Self(OURS_READ.get_or_init(|| {
            // That all of ours can be read, a test sees to.
            Catalogue::new(read(OURS.iter().copied(), Definition::ours).0)
        }))
    }

    /// Ours and a user's: path and text of each file. A definition of a name that one of ours has
    /// stands in for it. Those that cannot be read are left out, and told.
    #[must_use]
    pub fn with(user: Vec<(String, String)>) -> (Self, Vec<DefinitionProblem>) {
        let given = user.iter().map(|(path, text)| (path.as_str(), text.as_str()));
        let (theirs, problems) = read(given, Definition::parse);
        let ours = Self::builtin().0.definitions.iter().copied();
        let is_replaced = |definition: &&Definition| theirs.iter().any(|t| t == definition);
        let mut all: Vec<_> = ours.filter(|definition| !is_replaced(definition)).collect();
        all.extend(theirs);
        (Self(Box::leak(Box::new(Catalogue::new(all)))), problems)
    }

    /// Every format, natives first.
    pub fn all(self) -> impl Iterator<Item = Format> {
        Format::ALL.iter().copied().chain(self.definitions().map(Format::Defined))
    }

    /// Every definition.
    pub fn definitions(self) -> impl Iterator<Item = &'static Definition> {
        self.0.definitions.iter().copied()
    }

    /// The format of that name, or of a name that people use for it.
    #[must_use]
    pub fn from_name(self, name: &str) -> Option<Format> {
        let name = name.to_ascii_lowercase();
        let defined = self.0.by_name.get(name.as_str()).copied();
        let is_name = defined.is_some_and(|definition| definition.name() == name);
        let defined = defined.map(Format::Defined);
        if is_name { defined } else { Format::native(&name).or(defined) }
    }

    /// The definition for a message of a program, and whether it reads what follows the header
    /// whole (the program's name included) rather than the message.
    pub(crate) fn for_message(
        self,
        program: &str,
        message: &str,
        after_header: &str,
    ) -> Option<(&'static Definition, bool)> {
        self.0.carried.find(program, message, after_header)
    }

    /// Which format a JSON record is, by the members that only it has: the highest rank, and of
    /// equal ones a native.
    pub(crate) fn identify(self, root: &Json<'_>) -> Option<Format> {
        let native = identify(root);
        let mut best = native.map(|format| (rank(format), format));
        for definition in self.definitions() {
            let format = Format::Defined(definition);
            if best.is_none_or(|(least, _)| rank(format) > least)
                && definition.fits(Sight::Object(root))
            {
                best = Some((rank(format), format));
            }
        }
        best.map(|(_, format)| format)
    }
}

/// The rank of a format among those that fit.
pub(crate) fn rank(format: Format) -> u8 {
    match format {
        Format::Defined(definition) => definition.priority(),
        Format::WebJson => WEB_JSON_PRIORITY,
        _ => NATIVE_PRIORITY,
    }
}

/// Definitions out of files; they live as long as the process. Of two with one name the first
/// counts.
fn read<'f>(
    files: impl Iterator<Item = (&'f str, &'f str)>,
    parse: fn(&str, &str) -> Result<Definition, DefinitionProblem>,
) -> (Vec<&'static Definition>, Vec<DefinitionProblem>) {
    let mut definitions: Vec<&'static Definition> = Vec::new();
    let mut problems = Vec::new();
    for (path, text) in files {
        let told = |what: String| DefinitionProblem { path: path.to_owned(), line: None, what };
        let definition = match parse(path, text) {
            Ok(definition) => definition,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        let name = definition.name();
        if Format::native(name).is_some() {
            problems.push(told(format!("'{name}' is the name of a native format")));
        } else if definitions.contains(&&definition) {
            problems.push(told(format!("there is another format of the name '{name}'")));
        } else {
            definitions.push(Box::leak(Box::new(definition)));
        }
    }
    (definitions, problems)
}
