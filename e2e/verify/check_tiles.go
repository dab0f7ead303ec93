// Checks an exported log (C2SP tlog-tiles) with Go's own packages of signed notes and transparency
// logs: the checkpoint's signature, and for leaves all over the tree that the tiles prove them.
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go run check_tiles.go FOLDER KEY
package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// tiles reads tiles from a folder; the client authenticates them.
type tiles struct {
	folder string
	read   int
}

func (t *tiles) Height() int { return 8 }

func (t *tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		// C2SP has one height, and leaves it out of the path.
		path := "tile/" + strings.TrimPrefix(tile.Path(), "tile/8/")
		data, err := os.ReadFile(filepath.Join(t.folder, path))
		if err != nil {
			return nil, err
		}
		t.read++
		all = append(all, data)
	}
	return all, nil
}

func (t *tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func check(err error, what string) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "the log does NOT hold: %s: %v\n", what, err)
		os.Exit(1)
	}
}

func main() {
	folder := os.Args[1]
	key, err := os.ReadFile(os.Args[2])
	check(err, "key")
	verifier, err := note.NewVerifier(strings.TrimSpace(string(key)))
	check(err, "key")
	text, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	check(err, "checkpoint")
	opened, err := note.Open(text, note.VerifierList(verifier))
	check(err, "checkpoint")
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err, "size")
	root, err := base64.StdEncoding.DecodeString(lines[2])
	check(err, "root")
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)
	from := &tiles{folder: folder}
	reader := tlog.TileHashReader(tree, from)
	step := size/500 + 1
	checked := 0
	for index := int64(0); index < size; index += step {
		proof, err := tlog.ProveRecord(size, index, reader)
		check(err, fmt.Sprintf("leaf %d", index))
		hashes, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
		check(err, fmt.Sprintf("leaf %d", index))
		check(tlog.CheckRecord(proof, size, tree.Hash, index, hashes[0]), fmt.Sprintf("leaf %d", index))
		checked++
	}
	for old := int64(1); old < size; old += step {
		_, err := tlog.ProveTree(size, old, reader)
		check(err, fmt.Sprintf("beginning of %d leaves", old))
	}
	fmt.Printf("%d of %d leaves proved from %d tiles\n", checked, size, from.read)
}
