"""The life of a process: what runs in the background ends with it."""

import asyncio

from servicekit.process import end_all


async def test_a_task_that_loses_its_cancellation_ends_all_the_same() -> None:
    """A library may swallow one; the loop around it would go on for ever."""
    began = asyncio.Event()
    lost = 0

    async def stubborn() -> None:
        nonlocal lost
        while True:
            try:
                began.set()
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                lost += 1
                if lost > 1:
                    raise

    task = asyncio.create_task(stubborn())
    await began.wait()
    await end_all([task])
    assert task.cancelled()
    assert lost == 2
