//! Plain text for an e-mail.
