"""Tiles: names as C2SP writes them, and the same tree whatever the portions it grew by."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xactin.kernel.log.merkle import (
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    list_reader,
    tree_root,
    verify_consistency,
    verify_inclusion,
)
from xactin.kernel.log.tiles import (
    Tile,
    TileReader,
    entry_bundle,
    new_tiles,
    parse_tile_path,
    tile_path,
    tile_widths,
)

LEAVES = [leaf_hash(n.to_bytes(4, "big")) for n in range(70_000)]


def grown(portions):
    store, size = {}, 0
    for portion in portions:
        leaves = LEAVES[size : size + portion]
        store.update(new_tiles(size, leaves, lambda level, index: store[level, index]))
        size += len(leaves)
    return store, size


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 1234067), "tile/0/x001/x234/067"),
        (Tile(1, 1000, 5), "tile/1/x001/000.p/5"),
        (Tile("entries", 999, 255), "tile/entries/999.p/255"),
        (Tile(63, 0), "tile/63/000"),
    ],
)
def test_path_there_and_back(tile, path):
    assert tile_path(tile.level, tile.index, tile.width) == path
    assert parse_tile_path(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/0", "tile/00/000", "tile/0/x000/001", "tile/0/001/002", "tile/0/x001", "tile/64/000",
        "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/007", "tile/0/000/", "/tile/0/000",
        "tile/8/0/000", "tile/data/000", "tile/-1/000", "tile/0/000.p/",
        "tile/0/\u0660\u0660\u0660", "tile/0/000\n",
    ],
)  # fmt: skip
def test_another_spelling_is_no_tile(path):
    with pytest.raises(ValueError, match="tile"):
        parse_tile_path(path)


@given(st.lists(st.integers(0, 700), min_size=1, max_size=4))
@settings(max_examples=25, deadline=None)
def test_tiles_do_not_depend_on_portions(portions):
    store, size = grown(portions)
    assert store == grown([size])[0]
    assert {key: len(data) // 32 for key, data in store.items()} == {
        (level, index): tile_widths(size, level, index) for level, index in store
    }
    assert tree_root(size, TileReader(lambda *tile: store[tile], size)) == tree_root(
        size, list_reader(LEAVES)
    )


def test_proofs_from_tiles_of_three_levels():
    store, size = grown([65_000, 5_000])
    assert max(level for level, _ in store) == 2
    reader = TileReader(lambda *tile: store[tile], size)
    root = tree_root(size, reader)
    assert root == Frontier.read(size, reader).root()
    for index in (0, 255, 256, 65_535, 65_536, size - 1):
        assert verify_inclusion(LEAVES[index], index, size, inclusion_proof(index, size, reader), root)
    for old in (1, 256, 65_000, 65_536, size):
        older = tree_root(old, reader)
        assert verify_consistency(old, size, older, root, consistency_proof(old, size, reader))


def test_an_older_tree_is_read_from_longer_tiles():
    store, _ = grown([300, 500])
    reader = TileReader(lambda *tile: store[tile], 300)
    assert tree_root(300, reader) == tree_root(300, list_reader(LEAVES))
    with pytest.raises(ValueError, match="not complete"):
        reader(0, 300)


def test_a_tile_that_is_too_short_is_noticed():
    store, _ = grown([300])
    store[0, 1] = store[0, 1][:-32]
    with pytest.raises(ValueError, match="shorter"):
        new_tiles(300, LEAVES[300:301], lambda *tile: store[tile])
    with pytest.raises(ValueError, match="shorter"):
        TileReader(lambda *tile: store[tile], 300)(0, 299)


def test_entry_bundle_has_lengths_of_two_bytes():
    assert entry_bundle([b"ab", b""]) == b"\x00\x02ab\x00\x00"
