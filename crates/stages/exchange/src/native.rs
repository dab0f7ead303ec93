//! Our own form: canonical JSON (RFC 8785) of a package, and its digest.
