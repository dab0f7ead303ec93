//! Texts of definitions, kept once for the life of the process, so that loading the same files
//! again takes no more memory.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

/// The text, kept.
pub(super) fn intern(text: &str) -> &'static str {
    static TEXTS: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);
    // A set of texts is whole whatever happened to its last user.
    let mut texts = TEXTS.lock().unwrap_or_else(PoisonError::into_inner);
    let texts = texts.get_or_insert_default();
    if let Some(known) = texts.get(text) {
        return known;
    }
    let kept = String::leak(text.to_owned());
    texts.insert(kept);
    kept
}

/// The list, kept.
pub(super) fn intern_list(list: &[String]) -> &'static [&'static str] {
    static LISTS: Mutex<Vec<&'static [&'static str]>> = Mutex::new(Vec::new());
    let list: Vec<_> = list.iter().map(|text| intern(text)).collect();
    let mut lists = LISTS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = lists.iter().find(|known| **known == list) {
        return known;
    }
    let kept = Vec::leak(list);
    lists.push(kept);
    kept
}
