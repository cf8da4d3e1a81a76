import logging
import threading

from digest.pipeline.campaign.threads import RequestThreads


class Machine:
    """Starts so many threads, and refuses the others."""

    def __init__(self, threads: int) -> None:
        self.left = threads
        self.asked = 0

    def start(self, thread: threading.Thread) -> None:
        self.asked += 1
        if not self.left:
            raise RuntimeError("can't start new thread")
        self.left -= 1
        thread.start()


def test_threads_run_before_they_are_counted_and_do_what_they_are_given():
    done: list[str] = []
    with RequestThreads(4) as threads:
        assert threads.ready(2) == 2
        threads.give(lambda: done.append(threading.current_thread().name))

    assert len(done) == 1
    assert done[0].startswith("hand-over-")


def test_machine_that_refuses_a_thread_is_asked_once_and_told_in_one_line(caplog):
    machine = Machine(2)
    with caplog.at_level(logging.WARNING), RequestThreads(8, machine.start) as threads:
        assert [threads.ready(1), threads.ready(8), threads.ready(8)] == [1, 2, 2]

    assert machine.asked == 3
    [said] = caplog.messages
    assert said.startswith("2 requests at once instead of 8: can't start new thread: raise the limits of ")


def test_machine_that_refuses_every_thread_leaves_none():
    with RequestThreads(8, Machine(0).start) as threads:
        assert threads.ready(3) == 0


def test_ctrl_c_does_not_wait_for_what_is_under_way():
    goes_on = threading.Event()
    try:
        with RequestThreads(1) as threads:
            threads.ready(1)
            threads.give(lambda: bool(goes_on.wait()))
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        waited = goes_on.is_set()
    goes_on.set()

    assert not waited
