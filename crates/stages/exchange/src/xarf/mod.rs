//! XARF version 4 abuse reports.
