"""Records of `logging` as events."""

from __future__ import annotations

import logging
import re

import pytest

from seismo.log_handler import SeismoHandler

from .support.collected import Collected


@pytest.fixture
def collected():
    return Collected()


@pytest.fixture
def logger(collected):
    logger = logging.getLogger("shop.orders")
    logger.propagate = False
    handler = SeismoHandler(collected.client, data=lambda record: {"order": getattr(record, "order", None)})
    logger.addHandler(handler)
    yield logger
    logger.removeHandler(handler)


def test_a_record_is_an_event_with_its_time(collected, logger):
    logger.info("not this one")
    logger.warning("order %d is late", 7, extra={"order": 7})
    [event] = collected.events
    assert event["event"] == "log"
    assert re.fullmatch(r"test_log_handler\.py:\d+", event["data"].pop("at"))
    assert event["data"] == {"level": "warning", "logger": "shop.orders", "message": "order 7 is late", "order": 7}


def test_an_exception_has_its_name_and_stack(collected, logger):
    try:
        raise KeyError("x")
    except KeyError:
        logger.exception("failed")
    [event] = collected.events
    assert (event["data"]["name"], event["data"]["message"]) == ("KeyError", "failed")
    assert re.fullmatch(r"[0-9a-f]{14}", event["data"]["stack"])


def test_what_the_client_logs_is_no_event(collected):
    handler = SeismoHandler(collected.client)
    log = logging.getLogger("seismo")
    log.addHandler(handler)
    try:
        log.warning("posting failed")
        logging.getLogger("seismo.x").warning("posting failed")
    finally:
        log.removeHandler(handler)
    assert collected.events == []


def test_a_record_that_cannot_be_formatted_disturbs_nobody(collected, logger, monkeypatch):
    monkeypatch.setattr(logging, "raiseExceptions", False)
    logger.warning("%d", "x")
    assert collected.events == []
