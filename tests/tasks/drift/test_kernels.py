from __future__ import annotations

import numpy as np
import pytest

from tasks.drift import kernels

TEXTS = ("we ship to Portugal", "we ship today", "no", "", "", "we ship to Portugal")


def test_words_are_compared_by_the_cosine_of_their_counts() -> None:
    words = kernels.panel(TEXTS)[0]
    assert words[0, 1] == pytest.approx(2 / np.sqrt(4 * 3))
    assert (words[0, 2], words[3, 4], words[3, 0]) == (0.0, 1.0, 0.0)


def test_prefixes_are_compared_by_their_common_words() -> None:
    prefix = kernels.panel(TEXTS)[1]
    assert prefix[0, 1] == pytest.approx(2 / np.sqrt(4 * 3))
    assert (prefix[0, 5], prefix[0, 2], prefix[3, 4], prefix[3, 0]) == (1.0, 0.0, 1.0, 0.0)


def test_a_prefix_ends_where_the_shorter_text_does() -> None:
    assert kernels.panel(("a b", "a b c d"))[1][0, 1] == pytest.approx(2 / np.sqrt(2 * 4))
    assert kernels.panel(("a x b", "a y b"))[1][0, 1] == pytest.approx(1 / 3)


def test_without_embeddings_the_third_is_equality() -> None:
    assert kernels.panel(TEXTS)[2][0].tolist() == [1, 0, 0, 0, 0, 1]


def test_with_embeddings_the_third_is_free_of_their_scale() -> None:
    vectors = np.random.default_rng(1).standard_normal((len(TEXTS), 8))
    one, other = (kernels.panel(TEXTS, scale * vectors)[2] for scale in (1.0, 50.0))
    assert one == pytest.approx(other)
    assert np.median(one[np.triu_indices(len(TEXTS), 1)]) == pytest.approx(np.exp(-1), abs=0.02)
    assert kernels.panel(TEXTS, np.ones((len(TEXTS), 8)))[2] == pytest.approx(np.ones((6, 6)))


@pytest.mark.parametrize("kernel", range(3))
def test_each_is_symmetric_positive_definite_with_ones(kernel: int) -> None:
    rng = np.random.default_rng(2)
    texts = [" ".join(rng.choice(["a", "b", "c"], rng.integers(0, 7))) for _ in range(40)]
    gram = kernels.panel(texts, rng.standard_normal((40, 5)))[kernel]
    assert gram == pytest.approx(gram.T)
    assert np.diag(gram) == pytest.approx(np.ones(40))
    assert np.linalg.eigvalsh(gram).min() > -1e-9
