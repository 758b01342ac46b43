"""Limits on torch's threads."""

from __future__ import annotations

import threading

import torch

from engines.device import at_most_threads, spare_cores


def with_four_threads(work) -> None:
    usual = torch.get_num_threads()
    torch.set_num_threads(4)
    try:
        work()
    finally:
        torch.set_num_threads(usual)


def test_the_lowest_of_nested_limits_holds_and_all_is_put_back() -> None:
    def work() -> None:
        with at_most_threads(3):
            assert torch.get_num_threads() == 3
            with at_most_threads(8):
                assert torch.get_num_threads() == 3
            with at_most_threads(0):
                assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 4

    with_four_threads(work)


def test_a_limit_holds_for_its_own_thread_alone_even_where_that_begins_under_another() -> None:
    seen = []

    def work() -> None:
        with at_most_threads(2):
            thread = threading.Thread(target=lambda: seen.append(torch.get_num_threads()))
            thread.start()
            thread.join()

    with_four_threads(work)
    assert seen == [4]


def test_one_core_is_left_where_there_are_several(monkeypatch) -> None:
    for cores, threads in ((1, 1), (2, 1), (8, 7), (None, 1)):
        monkeypatch.setattr("os.cpu_count", lambda cores=cores: cores)
        assert spare_cores() == threads
