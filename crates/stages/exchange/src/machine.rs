//! Where a request stands on each side, with deadlines and receipts.
