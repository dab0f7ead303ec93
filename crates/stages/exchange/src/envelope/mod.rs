//! One file that survives e-mail: signed, and encrypted where asked.
