// A client of the transparency log that owes nothing to this project: signatures by Go's sumdb/note, proofs by
// sumdb/tlog. It reads the log at an address, and checks the checkpoint, every leaf, and that the log has only
// grown since a checkpoint seen before.
//
//	client -log http://localhost:8000/log/H44 -key 'name+hash+key' [-seen FILE]
//
// FILE holds the checkpoint seen before; the new one is written into it when all is well.
package main

import (
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

// tiles reads tiles as C2SP tlog-tiles names them: x/mod puts the height before the level, which is left out.
// Each is asked for once; x/mod checks it against the root each time it is used.
type tiles struct {
	base string
	read map[string][]byte
}

func (t tiles) Height() int                     { return height }
func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}
func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range wanted {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		if _, known := t.read[path]; !known {
			data, err := get(t.base + "/" + path)
			if err != nil {
				return nil, err
			}
			t.read[path] = data
		}
		found = append(found, t.read[path])
	}
	return found, nil
}

func get(address string) ([]byte, error) {
	answer, err := http.Get(address)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", address, answer.Status)
	}
	return io.ReadAll(answer.Body)
}

// open checks the signature and reads origin, size and root.
func open(data []byte, verifier note.Verifier) tlog.Tree {
	opened, err := note.Open(data, note.VerifierList(verifier))
	must(err)
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		log.Fatalf("the checkpoint is of another log: %q", lines[0])
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err := tlog.ParseHash(lines[2])
	must(err)
	return tlog.Tree{N: size, Hash: root}
}

// entries reads the data of up to 256 leaves from index on.
func entries(base string, index, size int64) [][]byte {
	width := size - index
	if width > 256 {
		width = 256
	}
	tile := tlog.Tile{H: height, L: -1, N: index / 256, W: int(width)}
	path := strings.Replace(tile.Path(), "tile/8/data/", "tile/entries/", 1)
	data, err := get(base + "/" + path)
	must(err)
	var found [][]byte
	for len(data) > 0 {
		length := int(binary.BigEndian.Uint16(data))
		found = append(found, data[2:2+length])
		data = data[2+length:]
	}
	if int64(len(found)) != width {
		log.Fatalf("%s holds %d entries, not %d", path, len(found), width)
	}
	return found
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	log.SetFlags(0)
	base := flag.String("log", "", "address of the log")
	key := flag.String("key", "", "verifier key of the log")
	seen := flag.String("seen", "", "file with the checkpoint seen before")
	flag.Parse()
	verifier, err := note.NewVerifier(*key)
	must(err)
	data, err := get(*base + "/checkpoint")
	must(err)
	tree := open(data, verifier)
	reader := tlog.TileHashReader(tree, tiles{*base, map[string][]byte{}})
	fmt.Printf("checkpoint of %s, size %d\n", verifier.Name(), tree.N)

	for index := int64(0); index < tree.N; index += 256 {
		for offset, entry := range entries(*base, index, tree.N) {
			proof, err := tlog.ProveRecord(tree.N, index+int64(offset), reader)
			must(err)
			leaf := tlog.RecordHash(entry)
			must(tlog.CheckRecord(proof, tree.N, tree.Hash, index+int64(offset), leaf))
		}
	}
	fmt.Printf("inclusion of %d leaves\n", tree.N)

	if *seen == "" {
		return
	}
	before, err := os.ReadFile(*seen)
	if err == nil && len(bytes.TrimSpace(before)) > 0 {
		old := open(before, verifier)
		if old.N > tree.N {
			log.Fatalf("the log had %d leaves, and has %d", old.N, tree.N)
		}
		if old.N > 0 {
			proof, err := tlog.ProveTree(tree.N, old.N, reader)
			must(err)
			must(tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash))
		}
		fmt.Printf("consistency from %d to %d\n", old.N, tree.N)
	}
	must(os.WriteFile(*seen, data, 0o600))
}
