"""Batches, retries and the bounded queue, on a clock that the test advances. The same cases as the Node client's."""

from __future__ import annotations

import pytest

from seismo.delivery.answer import Answer, Refusal, answer_of
from seismo.delivery.queue import Drop

from .support.fake_clock import Run, taken

DAY_MS = 86_400_000


def letters(count: int, first: int = 0) -> list[str]:
    return [f"e{first + i}" for i in range(count)]


class TestBatches:
    def test_leave_after_the_longest_wait_with_all_that_came_meanwhile_in_order(self):
        run = Run()
        run.add("a")
        run.advance(400)
        run.add("b", "c")
        run.advance(599)
        assert run.sent == []
        run.advance(1)
        assert run.sent == [["a", "b", "c"]]
        assert run.sent_at == [1_000]
        assert run.waiting == []

    def test_leave_at_once_when_enough_events_or_bytes_wait(self):
        run = Run()
        run.add(*letters(10))
        run.advance(0)
        assert run.sent == [letters(10)]
        # 600 bytes each: two of them are over the 1,000 of a batch.
        run.add("x" * 600, "y" * 600)
        run.advance(0)
        assert run.sent[1:] == [["x" * 600]]
        run.advance(1_000)
        assert run.sent[2:] == [["y" * 600]]

    def test_follow_one_another_never_side_by_side(self):
        run = Run(lambda texts, _: None)
        run.add(*letters(25))
        run.advance(60_000)
        assert len(run.sent) == 1
        run.reply(taken(run.sent[0]))
        run.advance(0)
        assert run.sent == [letters(10), letters(10, 10)]
        run.reply(taken(run.sent[1]))
        run.advance(1_000)
        assert run.sent[2] == letters(5, 20)

    def test_hold_a_single_event_that_is_larger_than_a_batch(self):
        run = Run()
        run.add("a", "x" * 5_000, "b")
        run.advance(2_000)
        assert run.sent == [["a"], ["x" * 5_000], ["b"]]


class TestWhatCanSucceed:
    @pytest.mark.parametrize(
        "answer",
        [
            OSError("reset"),
            Answer(429, code="RATE_LIMITED"),
            # What a stream of lines is answered carries counts, and is no success.
            Answer(429, code="RATE_LIMITED", accepted=0, rejected=[]),
            Answer(503, code="JOURNAL_FULL", accepted=0, rejected=[]),
            Answer(429, code="QUOTA_REACHED"),
            Answer(500),
            Answer(503, code="JOURNAL_FULL"),
            Answer(408),
            Answer(425),
            # A 200 that Seismo did not write.
            Answer(200),
        ],
    )
    def test_is_sent_again_the_same_and_in_order(self, answer):
        run = Run(lambda texts, index: taken(texts) if index >= 3 else answer)
        run.add("a", "b")
        run.advance(1_000)
        run.add("c")
        run.advance(100_000)
        assert run.sent == [["a", "b"], ["a", "b", "c"], ["a", "b", "c"], ["a", "b", "c"]]
        assert run.dropped == []
        assert run.waiting == []

    def test_waits_twice_as_long_each_time_up_to_the_longest_half_of_it_by_chance(self):
        run = Run(lambda *_: Answer(503), retry_max_ms=5_000)
        run.add("a")
        run.advance(20_000)
        # Three quarters of 1, 2, 4, 5, 5 s: chance is one half.
        assert run.waits[:5] == [750, 1_500, 3_000, 3_750, 3_750]

    @pytest.mark.parametrize(("random", "wait"), [(0, 500), (0.999, 999.5)])
    def test_waits_between_half_and_all_of_the_back_off(self, random, wait):
        run = Run(lambda *_: Answer(503), random=random)
        run.add("a")
        run.advance(1_000)
        assert run.waits == [wait]

    def test_waits_as_long_as_retry_after_says_also_when_asked_to_flush_and_starts_over_after_a_success(self):
        answers = [Answer(429, retry_after_ms=30_000), None, Answer(500)]
        run = Run(lambda texts, index: (answers[index] if index < 3 else None) or taken(texts))
        run.add("a")
        run.advance(1_000)
        run.flush()
        run.advance(30_249)
        assert run.sent_at == [1_000]
        run.advance(1)
        # A quarter of the first back-off on top, by chance.
        assert run.sent_at == [1_000, 31_250]
        run.flushing = False
        run.add("b")
        run.advance(2_000)
        assert run.waits == [30_250, 750]

    def test_believes_no_more_than_an_hour_of_retry_after(self):
        run = Run(lambda *_: Answer(503, retry_after_ms=1e12))
        run.add("a")
        run.advance(1_000)
        assert run.waits == [3_600_250]

    def test_is_dropped_when_older_than_the_server_recognizes_ids(self):
        run = Run(lambda *_: Answer(503), retry_max_ms=3_600_000)
        run.add("a")
        run.advance(DAY_MS)
        run.add("b")
        run.advance(5 * DAY_MS + 2 * 3_600_000)
        assert run.dropped == [("a", Drop("too_old"))]
        assert run.waiting == ["b"]


class TestWhatCannot:
    def test_is_dropped_with_the_code_of_each_event_and_the_others_are_stored(self):
        refusal = Refusal(1, "EVENT_NAME_MISSING", "No name.")
        run = Run(lambda *_: Answer(200, accepted=2, rejected=[refusal]))
        run.add("a", "b", "c")
        run.advance(10_000)
        assert run.dropped == [("b", Drop("refused", "EVENT_NAME_MISSING", "No name."))]
        assert run.waiting == []
        assert len(run.sent) == 1

    def test_is_dropped_when_all_of_a_batch_is_rejected(self):
        refusals = [Refusal(0, "EVENT_TOO_OLD", ""), Refusal(1, "EVENT_DATA_INVALID", "")]
        run = Run(lambda *_: Answer(400, code="EVENTS_ALL_REJECTED", accepted=0, rejected=refusals))
        run.add("a", "b")
        run.advance(10_000)
        assert [(text, drop.code) for text, drop in run.dropped] == [
            ("a", "EVENT_TOO_OLD"),
            ("b", "EVENT_DATA_INVALID"),
        ]

    @pytest.mark.parametrize(
        ("status", "code"), [(401, "AUTH_TOKEN_INVALID"), (403, "AUTH_FORBIDDEN"), (400, "APP_NAME_INVALID")]
    )
    def test_is_dropped_after_one_try_and_what_comes_later_is_tried(self, status, code):
        run = Run(lambda texts, index: Answer(status, code=code, detail="Why.") if index == 0 else taken(texts))
        run.add("a")
        run.advance(1_000)
        run.add("b")
        run.advance(1_000)
        assert run.dropped == [("a", Drop("refused", code, "Why."))]
        assert run.sent == [["a"], ["b"]]

    @pytest.mark.parametrize(("status", "code"), [(401, "AUTH_TOKEN_INVALID"), (403, None)])
    def test_is_kept_when_it_is_on_disk_and_the_key_is_wrong_and_tried_at_the_longest_wait(self, status, code, caplog):
        run = Run(lambda texts, index: Answer(status, code=code) if index < 7 else taken(texts), is_durable=True)
        run.add("a")
        # A second, and seven waits of three quarters of a minute: more than the five tries of an answer that is not Seismo's.
        run.advance(1_000 + 7 * 45_000)
        assert run.dropped == []
        assert run.sent == [["a"]] * 8
        assert [round(b - a) for a, b in zip(run.sent_at, run.sent_at[1:])] == [45_000] * 7
        assert caplog.messages[0].startswith(
            "the server does not accept the key, the events are kept on disk, will be tried again in 45.0 s"
        )

    @pytest.mark.parametrize(
        ("status", "code", "told"),
        [
            (404, None, "HTTP_404"),
            (301, None, "HTTP_301"),
            (400, "BODY_CUT_SHORT", "BODY_CUT_SHORT"),
            (400, "REQUEST_INVALID", "REQUEST_INVALID"),
        ],
    )
    def test_is_tried_five_times_when_the_way_there_may_be_at_fault(self, status, code, told):
        run = Run(lambda texts, _: Answer(status, code=code) if texts[0] == "a" else taken(texts))
        run.add("a")
        run.advance(60_000)
        assert run.sent == [["a"]] * 5
        assert run.dropped == [("a", Drop("refused", told))]
        run.add("b")
        run.advance(1_000)
        assert run.sent[5] == ["b"]

    def test_is_found_by_halving_a_batch_that_is_too_large_and_what_is_left_goes_in_larger_ones(self):
        run = Run(lambda texts, _: Answer(413, code="BODY_TOO_LARGE") if "e6" in texts else taken(texts))
        run.add(*letters(10))
        run.advance(5_000)
        assert [",".join(texts) for texts in run.sent] == [
            "e0,e1,e2,e3,e4,e5,e6,e7,e8,e9",
            "e0,e1,e2,e3,e4",
            "e5,e6,e7,e8,e9",
            "e5,e6",
            "e5",
            "e6,e7,e8,e9",
            "e6,e7",
            "e6",
            "e7",
            "e8,e9",
        ]
        assert run.dropped == [("e6", Drop("refused", "BODY_TOO_LARGE"))]

    def test_halves_the_batches_after_413_then_lets_them_grow_by_ten_with_each_that_is_taken(self):
        run = Run(
            lambda texts, index: Answer(413, code="BODY_TOO_LARGE") if index == 0 else taken(texts),
            batch_max_events=40,
            batch_max_bytes=100_000,
        )
        run.add(*letters(200))
        run.advance(5_000)
        assert [len(texts) for texts in run.sent] == [40, 20, 30, 40, 40, 40, 30]
        assert [text for texts in run.sent[1:] for text in texts] == letters(200)
        assert run.dropped == []


class TestAFullQueue:
    def test_drops_the_oldest_but_not_what_is_in_flight(self):
        run = Run(lambda *_: None, queue_max_events=4, batch_max_events=2)
        run.add("a", "b")
        run.advance(0)
        run.add("c", "d", "e", "f")
        assert [text for text, _ in run.dropped] == ["c", "d"]
        assert run.waiting == ["a", "b", "e", "f"]

    def test_drops_the_newest(self):
        run = Run(queue_max_events=2, when_full="drop_newest")
        run.add("a", "b", "c")
        assert run.dropped == [("c", Drop("queue_full"))]
        assert run.waiting == ["a", "b"]

    def test_lets_wait_until_there_is_space_in_order(self):
        run = Run(queue_max_events=2, when_full="block", batch_max_events=2)
        run.add(*letters(5))
        assert run.waiting == ["e0", "e1"]
        assert len(run.queue.blocked) == 3
        run.flush()
        run.advance(0)
        assert run.sent == [["e0", "e1"], ["e2", "e3"], ["e4"]]
        assert run.dropped == []

    def test_is_bounded_by_bytes_as_well_and_an_event_larger_than_all_of_it_is_dropped(self):
        run = Run(queue_max_bytes=10)
        run.add("aaaa", "bbbb", "cccc", "d" * 11)
        assert [text for text, _ in run.dropped] == ["aaaa", "d" * 11]
        assert run.waiting == ["bbbb", "cccc"]
        assert run.queue.bytes == 8

    def test_drops_what_is_left_at_the_end_those_that_wait_for_space_too_and_all_that_comes_after(self):
        run = Run(queue_max_events=1, when_full="block")
        run.add("a", "b")
        run.queue.close()
        run.add("c")
        assert [(text, drop.reason) for text, drop in run.dropped] == [
            ("b", "closed"),
            ("a", "closed"),
            ("c", "closed"),
        ]
        assert run.queue.bytes == 0


class TestAFlush:
    def test_does_not_wait_for_the_back_off_to_end_and_then_backs_off_as_before(self):
        run = Run(lambda *_: Answer(500))
        run.add("a")
        run.advance(1_000)
        run.flush()
        run.advance(1_499)
        assert run.sent_at == [1_000, 1_000]
        run.advance(1)
        assert run.sent_at == [1_000, 1_000, 2_500]


class TestAnAnswer:
    def test_is_read_with_its_refusals(self):
        text = b'{"accepted":1,"rejected":[{"index":1,"code":"EVENT_TOO_OLD","detail":"Old."},{"index":"x"},7]}'
        assert answer_of(200, None, text, 0) == Answer(200, 1, [Refusal(1, "EVENT_TOO_OLD", "Old.")])

    @pytest.mark.parametrize(
        "text", [b"", b"<html>", b"null", b"7", b'{"accepted":2,"dupl', b"\xff\xfe", b'{"code":7}']
    )
    def test_that_is_not_seismos_is_its_status_alone(self, text):
        assert answer_of(503, None, text, 0) == Answer(503)

    @pytest.mark.parametrize(
        ("header", "ms"),
        [
            (None, 0),
            ("", 0),
            ("2", 2_000),
            ("0.5", 500),
            ("-5", 0),
            ("soon", 0),
            # 3 s after the time given below, 2026-01-02T03:04:05Z.
            ("Fri, 02 Jan 2026 03:04:08 GMT", 3_000),
            ("Fri, 02 Jan 2026 03:04:01 GMT", 0),
        ],
    )
    def test_says_how_long_to_wait_in_seconds_or_as_a_date(self, header, ms):
        assert answer_of(503, header, b"{}", 1_767_323_045_000).retry_after_ms == ms
