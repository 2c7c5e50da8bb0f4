"""Tree hashing against the vectors of Certificate Transparency, and proofs by property."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xactin.kernel.log.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    list_reader,
    node_hash,
    tree_root,
    verify_consistency,
    verify_inclusion,
)

CT_LEAVES = [
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
]  # fmt: skip
CT_ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
LEAVES = [leaf_hash(bytes([n])) for n in range(200)]
READER = list_reader(LEAVES)
sizes = st.integers(1, len(LEAVES))


def naive_root(leaves):
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    return node_hash(naive_root(leaves[:middle]), naive_root(leaves[middle:]))


@pytest.mark.parametrize("size", CT_ROOTS)
def test_roots_of_certificate_transparency(size):
    leaves = [leaf_hash(bytes.fromhex(leaf)) for leaf in CT_LEAVES]
    assert tree_root(size, list_reader(leaves)).hex() == CT_ROOTS[size]


@given(st.integers(0, len(LEAVES)))
def test_root_is_that_of_the_definition(size):
    assert tree_root(size, READER) == naive_root(LEAVES[:size])


@given(sizes.flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1))), st.data())
def test_inclusion_holds_for_its_leaf_place_and_root_only(tree, data):
    size, index = tree
    root, path = tree_root(size, READER), inclusion_proof(index, size, READER)
    assert verify_inclusion(LEAVES[index], index, size, path, root)
    other = data.draw(st.integers(0, size))
    assert other == index or not verify_inclusion(LEAVES[index], other, size, path, root)
    assert not verify_inclusion(LEAVES[index], index, size, [*path, root], root)
    assert not verify_inclusion(leaf_hash(b"other"), index, size, path, root)
    if path:
        assert not verify_inclusion(LEAVES[index], index, size, path[:-1], root)


@given(sizes.flatmap(lambda new: st.tuples(st.integers(0, new), st.just(new))), st.data())
def test_consistency_holds_for_its_trees_only(trees, data):
    old, new = trees
    roots, path = (tree_root(old, READER), tree_root(new, READER)), consistency_proof(old, new, READER)
    assert verify_consistency(old, new, *roots, path)
    assert not verify_consistency(old, new, leaf_hash(b"other"), roots[1], path)
    assert old == 0 or not verify_consistency(old, new, roots[0], leaf_hash(b"other"), path)
    assert not verify_consistency(old, new, *roots, [*path, roots[0]])
    if path:
        place = data.draw(st.integers(0, len(path) - 1))
        spoiled = [*path[:place], leaf_hash(b"other"), *path[place + 1 :]]
        assert not verify_consistency(old, new, *roots, spoiled)
        assert not verify_consistency(old, new, *roots, path[:-1])


def test_proofs_outside_the_tree():
    with pytest.raises(ValueError, match="not in the tree"):
        inclusion_proof(5, 5, READER)
    with pytest.raises(ValueError, match="does not shrink"):
        consistency_proof(6, 5, READER)
    assert not verify_inclusion(LEAVES[0], -1, 5, [], LEAVES[0])
    assert not verify_consistency(6, 5, EMPTY_ROOT, EMPTY_ROOT, [])


@given(st.lists(st.integers(0, 40), max_size=5))
def test_frontier_appends_in_any_portions(portions):
    frontier, size = Frontier(), 0
    for portion in portions:
        frontier.extend(LEAVES[size : size + portion])
        size = min(size + portion, len(LEAVES))
        assert (frontier.size, frontier.root()) == (size, tree_root(size, READER))
        again = Frontier.read(size, READER)
        assert again.hashes == frontier.hashes


def test_frontier_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match="edge"):
        Frontier(3, [LEAVES[0]])
