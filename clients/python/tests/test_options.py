"""The options of a client: mistakes are found at its start."""

from __future__ import annotations

import gzip
import json

import pytest

import seismo


class TestOptions:
    @pytest.mark.parametrize(
        ("name", "options"),
        [
            ("server", {"server": "seismo.example.com"}),
            ("server", {"server": None}),
            ("server", {"server": "https://"}),
            ("server", {"server": "http://a:b"}),
            ("app", {"app": "no spaces"}),
            ("app", {"app": "x" * 65}),
            ("when_full", {"when_full": "explode"}),
            ("batch_max_events", {"batch_max_events": 0}),
            ("timeout_ms", {"timeout_ms": "10"}),
            ("timeout_ms", {"timeout_ms": True}),
            ("retry_min_ms", {"retry_min_ms": float("nan")}),
        ],
    )
    def test_that_are_not_usable_are_found_at_the_start(self, name, options):
        given = {"server": "http://127.0.0.1", "app": "shop", **options}
        with pytest.raises(ValueError, match=f"seismo: {name} must"):
            seismo.Client(**given)

    def test_that_do_not_exist_are_found_at_the_start(self):
        with pytest.raises(TypeError, match="there is no option batch_size"):
            seismo.Client("http://127.0.0.1", "shop", batch_size=5)

    def test_keep_the_key_out_of_what_is_printed(self):
        assert "sk_secret" not in repr(seismo.Client("http://127.0.0.1", "shop", "sk_secret"))

    def test_take_another_way_to_the_network(self, make):
        sent = []

        def send(request: seismo.HttpRequest) -> seismo.HttpAnswer:
            sent.append(request)
            return seismo.HttpAnswer(200, {}, b'{"accepted":1,"rejected":[]}')

        client = make("https://seismo.example.com/x", send=send).client
        client.track("a", {"text": "x" * 2_000})
        assert client.flush()
        assert (sent[0].method, sent[0].url) == ("POST", "https://seismo.example.com/x/api/events/shop")
        assert json.loads(gzip.decompress(sent[0].body))["events"][0]["event"] == "a"
