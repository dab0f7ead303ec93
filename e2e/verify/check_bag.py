"""Checks a bag of disclosed records with Python's standard library and ssh-keygen alone.

It knows nothing of the program that made the bag: only BagIt (RFC 8493), C2SP signed-note,
tlog-checkpoint and tlog-proof, RFC 6962 and the form of a record's leaf (docs/formats/seal.md).

    python3 check_bag.py BAG [KEY]

KEY is the signer's public key (NAME+ID+KEY), got another way; without it the bag's own is taken,
and whoever made the bag may have made the key.
"""

import base64
import hashlib
import json
import pathlib
import re
import struct
import subprocess
import sys
import tempfile


def sha256(data):
    return hashlib.sha256(data).digest()


def node(left, right):
    return sha256(b"\x01" + left + right)


def bag_lists_its_files(bag):
    for kind in ("manifest", "tagmanifest"):
        for algorithm in ("sha256", "sha512"):
            listed = set()
            for line in (bag / f"{kind}-{algorithm}.txt").read_text("utf-8").splitlines():
                digest, name = line.split(None, 1)
                name = name.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
                found = hashlib.new(algorithm, (bag / name).read_bytes()).hexdigest()
                assert found == digest, f"{name}: its {algorithm} is another"
                listed.add(name)
            if kind == "manifest":
                there = {
                    str(path.relative_to(bag))
                    for path in (bag / "data").rglob("*")
                    if path.is_file()
                }
                assert there == listed, f"not listed or missing: {there ^ listed}"


def read_key(text):
    name, number, data = text.strip().split("+", 2)
    data = base64.b64decode(data, validate=True)
    assert data[0] == 1 and len(data) == 33, "not an Ed25519 key"
    expected = sha256(name.encode() + b"\n" + data)[:4]
    assert number == expected.hex(), "the key's number does not fit it"
    return name, expected, data[1:]


def verify_ed25519(key, message, signature):
    # SubjectPublicKeyInfo of Ed25519 (RFC 8410).
    der = bytes.fromhex("302a300506032b6570032100") + key
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "key.der").write_bytes(der)
        (folder / "message").write_bytes(message)
        (folder / "signature").write_bytes(signature)
        done = subprocess.run(
            ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER",
             "-inkey", folder / "key.der", "-rawin", "-in", folder / "message",
             "-sigfile", folder / "signature"],
            capture_output=True,
        )
    assert done.returncode == 0, "the checkpoint's signature is not right"


def read_checkpoint(note, key):
    body, signatures = note.rsplit("\n\n", 1)
    body += "\n"
    name, number, public = key
    for line in signatures.splitlines():
        dash, signer, data = line.split(" ")
        data = base64.b64decode(data, validate=True)
        if dash == "\u2014" and signer == name and data[:4] == number:
            verify_ed25519(public, body.encode(), data[4:])
            origin, size, root = body.splitlines()[:3]
            return origin, int(size), base64.b64decode(root, validate=True)
    raise AssertionError("no signature by that key")


def read_proof(text):
    head, checkpoint = text.split("\n\n", 1)
    lines = head.splitlines()
    assert lines.pop(0) == "c2sp.org/tlog-proof@v1"
    if lines[0].startswith("extra "):
        lines.pop(0)
    index = int(lines.pop(0).removeprefix("index "))
    return index, [base64.b64decode(line, validate=True) for line in lines], checkpoint


def root_of(leaf, index, size, path):
    """RFC 9162, section 2.1.3.2."""
    assert index < size, "the leaf lies beyond the tree"
    fn, sn, r = index, size - 1, leaf
    for p in path:
        assert sn != 0, "the proof is too long"
        if fn & 1 or fn == sn:
            r = node(p, r)
            while not fn & 1 and fn:
                fn >>= 1
                sn >>= 1
        else:
            r = node(r, p)
        fn >>= 1
        sn >>= 1
    assert sn == 0, "the proof is too short"
    return r


def leaf_of(record):
    raw = bytes.fromhex(record["raw_sha256"])
    if "raw" in record:
        salt = base64.urlsafe_b64decode(record["raw"]["salt"] + "==")
        assert sha256(salt + base64.b64decode(record["raw"]["bytes"])) == raw, "other bytes"
    digests = []
    for salt, name, value in record["fields"]:
        salt = base64.urlsafe_b64decode(salt + "==")
        # With another name the same bytes could be cut elsewhere.
        assert len(salt) == 16 and re.fullmatch("[a-z]+(#[0-9]+)?", name), "not a field"
        digests.append(sha256(salt + f"{name}={value}".encode()))
    digests += [bytes.fromhex(text) for text in record["hidden"]]
    fields = sha256(b"".join(sorted(digests)))
    place = struct.pack(">IQI", record["source"], record["offset"], record["length"])
    return sha256(b"\x00" + b"\x52\x01" + place + raw + fields)


def main(bag, key):
    bag_lists_its_files(bag)
    with (bag / "tagmanifest-sha256.txt").open("rb") as signed:
        subprocess.run(
            ["ssh-keygen", "-Y", "verify", "-f", bag / "data/log/allowed_signers",
             "-I", key[0], "-n", "bag@bakas", "-s", bag / "tagmanifest-sha256.txt.sig"],
            stdin=signed, check=True, capture_output=True,
        )
    heads = set()
    records = sorted((bag / "data/records").glob("*.json"))
    for path in records:
        record = json.loads(path.read_text("utf-8"))
        proof = bag / "data/proofs" / f"{path.stem}.tlog-proof"
        index, hashes, checkpoint = read_proof(proof.read_text("utf-8"))
        assert index == record["index"], "the proof is of another leaf"
        head = read_checkpoint(checkpoint, key)
        assert root_of(leaf_of(record), index, head[1], hashes) == head[2], f"{path.name}: not in the log"
        heads.add(head)
    for name in ("custody.jsonl", "sources.jsonl"):
        path = bag / "data" / name
        for line in path.read_text("utf-8").splitlines() if path.exists() else []:
            entry = json.loads(line)
            leaf = sha256(b"\x00" + entry["text"].encode())
            index, hashes, checkpoint = read_proof(entry["proof"])
            head = read_checkpoint(checkpoint, key)
            assert index == entry["leaf"], "the proof is of another leaf"
            assert root_of(leaf, index, head[1], hashes) == head[2], f"{name}: not in the log"
    print(f"{len(records)} records hold; heads: {sorted((o, s) for o, s, _ in heads)}")


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    own = (folder / "data/log/key.pub").read_text("utf-8")
    given = pathlib.Path(sys.argv[2]).read_text("utf-8") if len(sys.argv) > 2 else own
    try:
        main(folder, read_key(given))
    except AssertionError as error:
        sys.exit(f"the bag does NOT hold: {error}")
