//! MISP events.
