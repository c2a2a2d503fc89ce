"""What becomes of Python's values."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import json
import math
from collections import OrderedDict, deque, namedtuple
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePosixPath
from types import MappingProxyType
from uuid import UUID

import pytest

from seismo.event import event_text
from seismo.ids import id_text, number_text
from seismo.serialize import to_json

ZURICH = datetime.timezone(datetime.timedelta(hours=2))


class Plan(enum.Enum):
    PRO = "pro"


class Level(enum.IntEnum):
    HIGH = 3


class Colour(str, enum.Enum):
    RED = "red"


@dataclasses.dataclass
class Address:
    city: str
    since: datetime.date


@dataclasses.dataclass(frozen=True)
class User:
    name: str
    address: Address


Point = namedtuple("Point", "x y")


def read(value: object) -> object:
    return json.loads(to_json({"value": value}))["value"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("19.90"), 19.9),
        (Decimal("42"), 42),
        (Decimal("4.2E+1"), 42),
        (Decimal("-0.5"), -0.5),
        # More digits than a double holds.
        (Decimal("0.1234567890123456789"), "0.1234567890123456789"),
        (Decimal(2**53), "9007199254740992"),
        (Decimal(2**53 - 1), 2**53 - 1),
        (Decimal("1E+400"), "1E+400"),
        (Decimal("NaN"), None),
        (Decimal("Infinity"), None),
        (Fraction(1, 4), 0.25),
        (datetime.datetime(2026, 3, 2, 9, 30), "2026-03-02T09:30:00.000Z"),
        (datetime.datetime(2026, 3, 2, 9, 30, tzinfo=ZURICH), "2026-03-02T07:30:00.000Z"),
        (datetime.datetime(2026, 3, 2, 9, 30, 0, 125_000), "2026-03-02T09:30:00.125Z"),
        # The first hours east of Greenwich have no time in UTC; the server says what is wrong with the year.
        (datetime.datetime(1, 1, 1), "0001-01-01T00:00:00.000Z"),
        (
            datetime.datetime(1, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=1))),
            "0001-01-01T00:00:00.000+01:00",
        ),
        (datetime.datetime(2026, 3, 2, 9, 30, 0, 125_001), "2026-03-02T09:30:00.125001Z"),
        (datetime.date(2026, 3, 2), "2026-03-02"),
        (datetime.time(9, 30), "09:30:00"),
        (datetime.timedelta(minutes=1, milliseconds=500), 60.5),
        (UUID(int=10), "00000000-0000-0000-0000-00000000000a"),
        (Plan.PRO, "pro"),
        (Level.HIGH, 3),
        (Colour.RED, "red"),
        (float("nan"), None),
        (float("inf"), None),
        ([1, float("-inf"), {"a": float("nan")}], [1, None, {"a": None}]),
        ((1, 2), [1, 2]),
        (Point(1, 2), [1, 2]),
        ({3, 1, 2}, [1, 2, 3]),
        (frozenset(), []),
        (deque([1, 2]), [1, 2]),
        (MappingProxyType({"a": 1}), {"a": 1}),
        (OrderedDict(b=1, a=2), {"b": 1, "a": 2}),
        (PurePosixPath("/a/b"), "/a/b"),
        (
            User("Ann", Address("Bern", datetime.date(2020, 1, 2))),
            {"name": "Ann", "address": {"city": "Bern", "since": "2020-01-02"}},
        ),
        ({1: "a", False: "b"}, {"1": "a", "false": "b"}),
        ({None: 1, 2.5: 2}, {"null": 1, "2.5": 2}),
        (
            {Plan.PRO: 1, UUID(int=1): 2, datetime.date(2026, 1, 2): 3},
            {"pro": 1, "00000000-0000-0000-0000-000000000001": 2, "2026-01-02": 3},
        ),
        ({Plan.PRO: float("nan")}, {"pro": None}),
    ],
    ids=repr,
)
def test_values_become_what_people_expect(value, expected):
    assert read(value) == expected
    assert type(read(value)) is type(expected)


def nested(levels: int) -> object:
    value: object = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [object(), object, b"bytes", lambda: 1, 1j, {(1, 2): 3}, (n for n in range(3)), nested(100_000), memoryview(b"x")],
    ids=lambda value: type(value).__name__,
)
def test_what_json_cannot_represent_is_an_error(value):
    with pytest.raises((TypeError, ValueError, RecursionError)):
        to_json({"value": value})


def test_circles_are_an_error_whatever_they_are_made_of():
    circle: dict[object, object] = {Plan.PRO: 1}
    circle["list"] = [circle]
    with pytest.raises(ValueError, match="circular"):
        to_json(circle)


def test_text_is_utf_8_and_half_a_character_is_escaped_for_the_server_to_reject():
    assert to_json({"x": "é 🦊"}) == '{"x":"é 🦊"}'.encode()
    assert to_json({"x": "é \ud800"}) == b'{"x": "\\u00e9 \\ud800"}'


class TestNumpy:
    @pytest.fixture
    def np(self):
        return pytest.importorskip("numpy")

    @pytest.mark.parametrize(
        ("make", "expected"),
        [
            (lambda np: np.int64(7), 7),
            (lambda np: np.uint8(7), 7),
            (lambda np: np.float64(0.1), 0.1),
            # And not 0.10000000149011612.
            (lambda np: np.float32(0.1), 0.1),
            (lambda np: np.float16(0.5), 0.5),
            (lambda np: np.float64("nan"), None),
            (lambda np: np.float32("inf"), None),
            (lambda np: np.bool_(True), True),
            (lambda np: np.str_("x"), "x"),
            (lambda np: np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
            (lambda np: np.array(["2026-03-02", "NaT"], dtype="datetime64[ns]"), ["2026-03-02T00:00:00.000Z", None]),
            (lambda np: np.datetime64("2026-03-02T09:30:00.125"), "2026-03-02T09:30:00.125Z"),
            (lambda np: np.datetime64("2026-03-02", "ns"), "2026-03-02T00:00:00.000Z"),
            (lambda np: np.timedelta64(1500, "ms"), 1.5),
            (lambda np: {np.int64(1): 2}, {"1": 2}),
        ],
    )
    def test_numbers_become_numbers(self, np, make, expected):
        assert read(make(np)) == expected

    def test_numbers_are_ids(self, np):
        assert id_text(np.int64(7)) == "7"
        assert number_text(np.float64(10.0)) == "10"


def test_pandas_values():
    pd = pytest.importorskip("pandas")
    row = {
        "at": pd.Timestamp("2026-03-02 09:30", tz="Europe/Zurich"),
        "none": pd.NaT,
        "na": pd.NA,
        "n": pd.Series([1, 2]),
    }
    assert read(row) == {"at": "2026-03-02T08:30:00.000Z", "none": None, "na": None, "n": [1, 2]}


def test_pydantic_models():
    pydantic = pytest.importorskip("pydantic")

    class Order(pydantic.BaseModel):
        amount: Decimal
        at: datetime.datetime
        plan: Plan
        lines: list[Address]

    order = Order(
        amount=Decimal("19.90"),
        at=datetime.datetime(2026, 3, 2, 9, 30),
        plan=Plan.PRO,
        lines=[Address("Bern", datetime.date(2020, 1, 2))],
    )
    expected = {
        "amount": 19.9,
        "at": "2026-03-02T09:30:00.000Z",
        "plan": "pro",
        "lines": [{"city": "Bern", "since": "2020-01-02"}],
    }
    assert read(order) == expected
    assert json.loads(event_text("order paid", order, 1, "u"))["data"] == expected


def test_attrs_classes():
    attrs = pytest.importorskip("attrs")

    @attrs.define
    class Order:
        amount: Decimal

    assert read(Order(Decimal("1.5"))) == {"amount": 1.5}


class TestEvents:
    @pytest.mark.parametrize(
        ("given", "sent"),
        [
            (datetime.datetime(2026, 3, 2, 9, 30), "2026-03-02T09:30:00.000Z"),
            (datetime.datetime(2026, 3, 2, 9, 30, tzinfo=ZURICH), "2026-03-02T07:30:00.000Z"),
            (datetime.date(2026, 3, 2), "2026-03-02"),
            ("2026-03-02", "2026-03-02"),
            (1_772_443_800_125, 1_772_443_800_125),
            (1_772_443_800, 1_772_443_800),
            # As `time.time()` says it.
            (1_772_443_800.125, 1_772_443_800_125),
            (1_772_443_800_125.6, 1_772_443_800_126),
            (None, 500),
        ],
    )
    def test_have_the_time_that_was_given(self, given, sent):
        assert json.loads(event_text("e", None, 500, "u", timestamp=given))["timestamp"] == sent

    def test_have_nothing_that_was_not_given(self):
        assert event_text("e", None, 500, "u") == b'{"uuid":"u","event":"e","timestamp":500}'


class TestIds:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            ("ann", "ann"),
            (" ann ", " ann "),
            ("x" * 256, "x" * 256),
            ("00", "00"),
            ("🦊" * 128, "🦊" * 128),
            (12345, "12345"),
            (-1, "-1"),
            (1.5, "1.5"),
            (10.0, "10"),
            (2**53 - 1, "9007199254740991"),
            (2**64, "18446744073709551616"),
            (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
            (Colour.RED, "red"),
            (Level.HIGH, "3"),
        ],
    )
    def test_are_texts_numbers_and_uuids(self, value, text):
        assert id_text(value) == text

    @pytest.mark.parametrize(
        "value",
        [
            *(None, "", " \t", math.nan, math.inf, {}, [], ["ann"], True, object(), b"ann"),
            *(0, -0.0, 2.0**53, -(2.0**53), "\ud800 half a character", "x" * 257, "🦊" * 129, "\ufeff null"),
            *("null", "NULL", " undefined ", "NaN", "nan\n", "[object Object]", "[OBJECT OBJECT]", "0", " 0"),
            *("Anonymous", "None", "none"),
        ],
        ids=repr,
    )
    def test_are_nothing_else(self, value):
        assert id_text(value) is None
