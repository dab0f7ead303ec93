// Checks the records of a bag with Go's own packages of signed notes and transparency logs
// (golang.org/x/mod/sumdb/note and tlog), written by other hands than the bag.
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go run check_bag.go BAG
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type record struct {
	Index     int64      `json:"index"`
	Source    uint32     `json:"source"`
	Offset    uint64     `json:"offset"`
	Length    uint32     `json:"length"`
	RawSha256 string     `json:"raw_sha256"`
	Fields    [][]string `json:"fields"`
	Hidden    []string   `json:"hidden"`
}

// With another name the same bytes could be cut elsewhere.
var fieldName = regexp.MustCompile("^[a-z]+(#[0-9]+)?$")

func fail(why string, about ...interface{}) {
	fmt.Fprintf(os.Stderr, "the bag does NOT hold: "+why+"\n", about...)
	os.Exit(1)
}

func read(parts ...string) []byte {
	data, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		fail("%v", err)
	}
	return data
}

func digest(text string) []byte {
	data, err := hex.DecodeString(text)
	if err != nil || len(data) != sha256.Size {
		fail("'%s' is no digest", text)
	}
	return data
}

// leaf is the text of a record's leaf.
func leaf(r record) []byte {
	var digests [][]byte
	for _, field := range r.Fields {
		if len(field) != 3 || !fieldName.MatchString(field[1]) {
			fail("%v is no field", field)
		}
		salt, err := base64.RawURLEncoding.DecodeString(field[0])
		if err != nil || len(salt) != 16 {
			fail("%v has no salt", field)
		}
		sum := sha256.Sum256(append(salt, field[1]+"="+field[2]...))
		digests = append(digests, sum[:])
	}
	for _, text := range r.Hidden {
		digests = append(digests, digest(text))
	}
	sort.Slice(digests, func(a, b int) bool { return bytes.Compare(digests[a], digests[b]) < 0 })
	fields := sha256.Sum256(bytes.Join(digests, nil))
	out := bytes.NewBuffer([]byte{0x52, 1})
	for _, number := range []interface{}{r.Source, r.Offset, r.Length} {
		binary.Write(out, binary.BigEndian, number)
	}
	out.Write(digest(r.RawSha256))
	out.Write(fields[:])
	return out.Bytes()
}

func main() {
	bag := os.Args[1]
	verifier, err := note.NewVerifier(strings.TrimSpace(string(read(bag, "data/log/key.pub"))))
	if err != nil {
		fail("data/log/key.pub: %v", err)
	}
	paths, _ := filepath.Glob(filepath.Join(bag, "data/records/*.json"))
	for _, path := range paths {
		var r record
		if err := json.Unmarshal(read(path), &r); err != nil {
			fail("%s: %v", path, err)
		}
		name := strings.TrimSuffix(filepath.Base(path), ".json")
		text := string(read(bag, "data/proofs", name+".tlog-proof"))
		head, checkpoint, _ := strings.Cut(text, "\n\n")
		lines := strings.Split(head, "\n")[1:]
		index, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64)
		if err != nil || index != r.Index {
			fail("%s: the proof is of another leaf", path)
		}
		var proof tlog.RecordProof
		for _, line := range lines[1:] {
			hash, err := tlog.ParseHash(line)
			if err != nil {
				fail("%s: %v", path, err)
			}
			proof = append(proof, hash)
		}
		opened, err := note.Open([]byte(checkpoint), note.VerifierList(verifier))
		if err != nil {
			fail("%s: its checkpoint: %v", path, err)
		}
		signed := strings.Split(opened.Text, "\n")
		size, _ := strconv.ParseInt(signed[1], 10, 64)
		root, _ := base64.StdEncoding.DecodeString(signed[2])
		var rootHash tlog.Hash
		copy(rootHash[:], root)
		if err := tlog.CheckRecord(proof, size, rootHash, index, tlog.RecordHash(leaf(r))); err != nil {
			fail("%s: %v", path, err)
		}
	}
	fmt.Printf("%d records hold\n", len(paths))
}
