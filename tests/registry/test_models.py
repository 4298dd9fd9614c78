from __future__ import annotations

from pathlib import Path

import pytest

from registry.errors import InvalidFile
from registry.files import parse
from registry.models import Model, load_models

from .conftest import SHIPPED

ENTRY = "m: {provider: p, model: %s, reach: {driver: litellm, key_variable: %s}}"


def parsed(model: str = "m-1", key_variable: str = "P_KEY") -> Model:
    return parse(ENTRY % (model, key_variable), dict[str, Model], Path("models.yaml"))["m"]


@pytest.mark.parametrize(("revision", "region", "key"), [
    (None, None, "p/m-1"), ("r1", None, "p/m-1@r1"), (None, "eu", "p/m-1#eu"), ("r1", "eu", "p/m-1@r1#eu"),
])  # fmt: skip
def test_key_leaves_out_what_is_not_given(revision: str | None, region: str | None, key: str) -> None:
    model = parsed().model_copy(update={"revision": revision, "region": region})
    assert model.key == key
    assert model.identity == {"provider": "p", "model": "m-1", "revision": revision, "region": region}


@pytest.mark.parametrize("alias", ["latest", "gpt-latest", "chatgpt-4o-Latest"])
def test_a_moving_alias_is_refused(alias: str) -> None:
    with pytest.raises(InvalidFile, match="moving alias"):
        parsed(model=alias)


def test_a_key_in_place_of_its_name_is_refused_and_not_repeated() -> None:
    with pytest.raises(InvalidFile, match="not shown") as caught:
        parsed(key_variable="sk-ant-abc123")
    assert "abc123" not in str(caught.value)


def test_an_unknown_price_is_not_zero() -> None:
    assert parsed().price is None


def test_shipped_models() -> None:
    models = load_models(SHIPPED / "models.yaml")
    local = models["smollm2-135m"]
    assert local.price is not None
    assert local.price.output_per_million == 0
    assert local.reach.key_variable is None
    hosted = [model for model in models.values() if model.provider != "local"]
    assert hosted
    assert all(model.price and model.reach.key_variable and model.limits.context for model in hosted)
    assert len({model.key for model in models.values()}) == len(models)


@pytest.mark.local_model
def test_the_local_model_is_the_file_of_its_package() -> None:
    import hashlib
    from importlib.util import find_spec

    local = load_models(SHIPPED / "models.yaml")["smollm2-135m"]
    package, _, file = str(local.reach.endpoint).removeprefix("package:").partition("/")
    spec = find_spec(package)
    assert spec is not None
    assert spec.submodule_search_locations
    with (Path(spec.submodule_search_locations[0]) / file).open("rb") as content:
        assert local.revision == f"sha256:{hashlib.file_digest(content, 'sha256').hexdigest()}"
