"""The search over combinations of dimensions."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.search import APPEARED, Channel, Options, search

RNG = np.random.default_rng(7)
TEAMS, FEATURES, WORKFLOWS, MODELS, REGIONS = 5, 3, 2, 6, 3


def world(seed: int = 7) -> np.ndarray:
    """(m, 5) team > feature > workflow, model, region."""
    rng = np.random.default_rng(seed)
    rows = [
        (t, t * FEATURES + f, (t * FEATURES + f) * WORKFLOWS + w, m, r)
        for t in range(TEAMS)
        for f in range(FEATURES)
        for w in range(WORKFLOWS)
        for m in rng.choice(MODELS, 4, replace=False)
        for r in range(REGIONS)
    ]
    return np.array(rows, dtype=np.int64)


def channel(codes, moved, name="volume", **more):
    noise = np.full(len(codes), 0.05)
    return Channel(name, moved + RNG.normal(0, 0.05, len(codes)), noise, 100 * np.tanh(moved), **more)


def test_the_smallest_predicate_is_found():
    """A burst in one feature and region is told as that, not as its team and not leaf by leaf."""
    codes = world()
    mask = (codes[:, 1] == 4) & (codes[:, 4] == 1)
    (found,) = search(codes, [channel(codes, np.where(mask, 0.9, 0.0))], Options())
    assert dict(found.predicate) == {1: 4, 4: 1}
    assert set(found.leaves) == set(np.flatnonzero(mask))
    assert abs(found.move - 0.9) < 0.05


def test_a_dimension_that_another_determines_is_not_named_beside_it():
    """A feature lies in one team; saying both says nothing more."""
    codes = world()
    (found,) = search(codes, [channel(codes, np.where(codes[:, 2] == 9, 1.0, 0.0))], Options())
    assert dict(found.predicate) == {2: 9}


def test_two_causes_that_cancel_out_are_both_found():
    """A rise and a fall of the same size are two answers, though the total did not move."""
    codes = world()
    moved = np.where(codes[:, 0] == 1, 0.6, 0.0) - np.where((codes[:, 0] == 3) & (codes[:, 3] == 2), 0.8, 0.0)
    found = search(codes, [channel(codes, moved)], Options())
    assert {tuple(f.predicate) for f in found} == {((0, 1),), ((0, 3), (3, 2))}


def test_noise_alone_gives_no_answer():
    """Where nothing moved, nothing is named."""
    codes = world()
    assert search(codes, [channel(codes, np.zeros(len(codes)))], Options()) == []


def test_the_driver_that_moved_is_named():
    """Of several channels, the cause comes from the one in which it shows."""
    codes = world()
    cache = channel(codes, np.where(codes[:, 1] == 2, 0.5, 0.0), "cache")
    found = search(codes, [channel(codes, np.zeros(len(codes))), cache], Options())
    assert [(f.channel, f.predicate) for f in found] == [("cache", ((1, 2),))]


def test_a_shift_between_models_is_one_cause():
    """Requests of a team that move from cheap to dear models are a mix shift of the team."""
    codes = world()
    team = codes[:, 0] == 2
    before = np.full(len(codes), 1000.0)
    moved = np.where(team, np.where(codes[:, 3] >= 3, 0.6, -1.0), 0.0)
    after = before * np.exp(moved)
    after[team] *= before[team].sum() / after[team].sum()
    x = np.log(after / before)
    mix = Channel(
        "model_mix", x, np.full(len(x), 0.05), np.where(team, 30.0, 0.0) * np.tanh(np.abs(x)), (3,), (before, after)
    )
    found = search(codes, [Channel("volume", x, np.full(len(x), 0.05), 100 * np.tanh(x)), mix], Options())
    assert [(f.channel, f.predicate) for f in found] == [("model_mix", ((0, 2),))]


def test_what_appeared_is_found():
    """A model that is new everywhere is one cause."""
    codes = world()
    moved = np.where(codes[:, 3] == 5, APPEARED, 0.0)
    (found,) = search(
        codes, [Channel("volume", moved, np.full(len(codes), 0.1), np.where(moved > 0, 50.0, 0.0))], Options()
    )
    assert found.predicate == ((3, 5),)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1000), st.lists(st.tuples(st.integers(0, 4), st.floats(-1.5, 1.5)), max_size=4))
def test_answers_are_disjoint_and_hold_their_predicate(seed, causes):
    """Whatever moved, no leaf is in two answers, and a predicate holds all its leaves."""
    codes = world(seed)
    moved = np.zeros(len(codes))
    for dimension, size in causes:
        moved += np.where(codes[:, dimension] == codes[seed % len(codes), dimension], size, 0.0)
    found = search(codes, [channel(codes, moved)], Options())
    leaves = [i for f in found for i in f.leaves]
    assert len(leaves) == len(set(leaves))
    for f in found:
        held = np.all([codes[:, d] == v for d, v in f.predicate], axis=0)
        assert set(np.flatnonzero(held)) == set(f.leaves)


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(5)), st.integers(1, 50))
def test_renaming_and_order_do_not_matter(order, shift):
    """The same rows in another order, under other names and columns, give the same leaves."""
    codes = world()
    moved = np.where((codes[:, 0] == 1) & (codes[:, 4] == 0), 1.0, 0.0)
    plain = channel(codes, moved)
    rows = np.random.default_rng(shift).permutation(len(codes))
    other = Channel("volume", plain.moved[rows], plain.noise[rows], plain.dollars[rows])
    renamed = (codes * 7 + shift)[rows][:, list(order)]
    one, two = search(codes, [plain], Options()), search(renamed, [other], Options())
    assert [set(f.leaves) for f in one] == [set(rows[f.leaves]) for f in two]
