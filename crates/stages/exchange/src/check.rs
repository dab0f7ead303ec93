//! What a request must have before it may be sent.
