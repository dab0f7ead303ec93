//! IODEF version 2 (RFC 7970) and its JSON form (RFC 8727).
