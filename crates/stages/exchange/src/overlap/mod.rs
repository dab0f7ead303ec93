//! The private overlap check: which observables both sides have, before either shows its list.
