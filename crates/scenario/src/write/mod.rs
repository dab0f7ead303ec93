//! How each kind of log writes a record: bytes only, no choices.

pub(crate) mod auth;
pub(crate) mod json;
pub(crate) mod trail;
pub(crate) mod unified;
pub(crate) mod web;
pub(crate) mod workspace;
