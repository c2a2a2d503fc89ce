"""Answers as tables: in a notebook, and as data frames."""

from __future__ import annotations

import json

import pytest

import seismo

from .support.fake_server import Reply

QUESTION = {"kind": "trend", "last": "7d"}
ROWS = [
    {"series": "all", "from": "2026-03-02T00:00:00.000Z", "value": 5},
    {"series": "<b>", "from": "2026-03-03T00:00:00.000Z", "value": None},
]


def answer(rows):
    def reply(request, _):
        if request.path.startswith("/api/events"):
            return Reply(body=[{"event": "a", "data": {"n": 1}}, {"event": "b", "user": "ann"}])
        if request.headers["accept"] == "application/x-ndjson":
            return Reply(body="".join(f"{json.dumps(row)}\n" for row in rows) or "\n")
        columns = [{"name": name, "type": "text"} for name in ("series", "from", "value")]
        return Reply(body={"kind": "trend", "columns": columns, "result": {}})

    return reply


def test_a_notebook_shows_an_answer_as_a_table(serve, make):
    shown = make(serve(answer(ROWS)).url).client.analyze(QUESTION)._repr_html_()
    assert shown == (
        "<table><thead><tr><th>series</th><th>from</th><th>value</th></tr></thead><tbody>"
        "<tr><td>all</td><td>2026-03-02T00:00:00.000Z</td><td>5</td></tr>"
        "<tr><td>&lt;b&gt;</td><td>2026-03-03T00:00:00.000Z</td><td></td></tr></tbody></table>"
    )


def test_a_notebook_shows_the_first_hundred_rows(serve, make):
    shown = make(serve(answer(ROWS * 600)).url).client.analyze(QUESTION)._repr_html_()
    assert shown.count("<tr>") == 101
    assert shown.endswith("<p>and 1,100 more rows</p>")


def test_a_notebook_shows_events_as_a_table(serve, make):
    shown = make(serve(answer(ROWS)).url).client.query()._repr_html_()
    assert "<th>event</th><th>data</th><th>user</th>" in shown


def test_an_answer_is_a_dictionary_also_when_the_rows_cannot_be_had(serve, make):
    server = serve(lambda request, index: answer(ROWS)(request, index) if index == 0 else "reset")
    found = make(server.url).client.analyze(QUESTION)
    assert found["kind"] == "trend"
    assert found._repr_html_() is None


def test_a_data_frame_has_the_columns_and_times_of_the_answer(serve, make):
    pd = pytest.importorskip("pandas")
    frame = make(serve(answer(ROWS)).url).client.dataframe(QUESTION)
    assert list(frame.columns) == ["series", "from", "value"]
    assert list(frame["from"]) == [pd.Timestamp("2026-03-02", tz="UTC"), pd.Timestamp("2026-03-03", tz="UTC")]
    assert frame["value"][0] == 5


def test_a_data_frame_without_rows_has_the_columns(serve, make):
    pytest.importorskip("pandas")
    frame = make(serve(answer([])).url).client.dataframe(QUESTION)
    assert (list(frame.columns), len(frame)) == (["series", "from", "value"], 0)


@pytest.mark.server
def test_answers_of_a_real_server(server):
    pd = pytest.importorskip("pandas")
    client = seismo.Client(server.url, "frames", server.key("frames"), credentials=None)
    for n in range(3):
        client.track("order paid", {"n": n})
    assert client.close()
    reader = server.reader("frames")
    question = {"kind": "trend", "last": "2d", "interval": "day", "series": [{"event": "order paid"}]}
    frame = reader.dataframe(question)
    assert frame["value"].sum() == 3
    assert isinstance(frame["from"].dtype, pd.DatetimeTZDtype)
    shown = reader.analyze(question)._repr_html_()
    assert shown is not None and "<td>order paid</td>" in shown
