//! Signatures that `ssh-keygen -Y verify` checks (OpenSSH, `PROTOCOL.sshsig`), so that whoever has
//! no Bakas can check a bag with what stands on every desk.

use ssh_key::{
    Algorithm, HashAlg, LineEnding, Signature, SshSig,
    public::{Ed25519PublicKey, KeyData},
};

use crate::{PublicKey, SealError, SigningKey};

/// What the signatures of bags are for: a signature made for one namespace is worth nothing in
/// another.
pub const BAG_NAMESPACE: &str = "bag@bakas";
/// What the signatures of messages are for.
pub const MESSAGE_NAMESPACE: &str = "message@bakas";

/// Signs bytes for a namespace; the text is what stands in a `.sig` file.
///
/// # Errors
/// Where the namespace is empty.
pub fn sign(key: &SigningKey, namespace: &str, message: &[u8]) -> Result<String, SealError> {
    let wrong = |_| SealError::Note("it cannot be signed as SSHSIG");
    let signed = SshSig::signed_data(namespace, HashAlg::Sha512, message).map_err(wrong)?;
    let signature = Signature::new(Algorithm::Ed25519, key.sign_bytes(&signed)).map_err(wrong)?;
    SshSig::new(key_data(&key.public()), namespace, HashAlg::Sha512, signature)
        .and_then(|sig| sig.to_pem(LineEnding::LF))
        .map_err(wrong)
}

/// Verifies a `.sig` file over bytes.
///
/// # Errors
/// Where it is no signature, is for another namespace or by another key, or is not right.
pub fn verify(
    key: &PublicKey,
    namespace: &str,
    message: &[u8],
    signature: &str,
) -> Result<(), SealError> {
    let wrong = |why| SealError::Note(why);
    let sig = SshSig::from_pem(signature).map_err(|_| wrong("it is no SSH signature"))?;
    if sig.namespace() != namespace {
        return Err(wrong("it was signed for another purpose"));
    }
    if *sig.public_key() != key_data(key) {
        return Err(wrong("it is signed by another key"));
    }
    let signed = SshSig::signed_data(namespace, sig.hash_alg(), message)
        .map_err(|_| wrong("it is no SSH signature"))?;
    let bytes = sig.signature_bytes();
    let bytes = bytes.try_into().map_err(|_| wrong("its signature has not 64 bytes"))?;
    if key.verifies_bytes(&signed, bytes) {
        Ok(())
    } else {
        Err(wrong("its signature is not right"))
    }
}

/// The line of an `allowed_signers` file: this key, under its name, for one namespace.
#[must_use]
pub fn allowed_signer(key: &PublicKey, namespace: &str) -> String {
    let line = ssh_key::PublicKey::new(key_data(key), "").to_openssh().unwrap_or_default();
    format!("{} namespaces=\"{namespace}\" {}\n", key.name(), line.trim_end())
}

fn key_data(key: &PublicKey) -> KeyData {
    KeyData::Ed25519(Ed25519PublicKey(key.to_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_holds_for_its_bytes_key_and_namespace_only() {
        let key = SigningKey::new("cert.example/bakas", &[5; 32]).expect("a good name");
        let other = SigningKey::new("cert.example/bakas", &[6; 32]).expect("a good name").public();
        let sig = sign(&key, BAG_NAMESPACE, b"a bag").expect("it signs");
        assert!(sig.starts_with("-----BEGIN SSH SIGNATURE-----\n"));
        let public = key.public();
        assert_eq!(verify(&public, BAG_NAMESPACE, b"a bag", &sig), Ok(()));
        for (key, namespace, message) in [
            (&other, BAG_NAMESPACE, &b"a bag"[..]),
            (&public, MESSAGE_NAMESPACE, b"a bag"),
            (&public, BAG_NAMESPACE, b"a bug"),
        ] {
            assert!(verify(key, namespace, message, &sig).is_err());
        }
        assert!(verify(&public, BAG_NAMESPACE, b"a bag", "no signature").is_err());
    }
}
