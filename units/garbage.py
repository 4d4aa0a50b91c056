"""Python's search for garbage in a process that answers requests."""

import gc


def leave_the_program_alone() -> None:
    """To be called when all is loaded. Looking through it again and again would be a tenth of what a page takes."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
