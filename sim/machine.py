"""What the machine has: memory this process holds, and memory that is left."""

from __future__ import annotations

from pathlib import Path

_CGROUPS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
)


def resident_bytes() -> int:
    """Return the memory this process holds now, in bytes; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    import resource  # noqa: PLC0415 - there is none on Windows

    return pages * resource.getpagesize()


def available_bytes() -> int | None:
    """Return the memory that can still be had, in bytes: of the machine, or of container or process if less.

    None where the system does not say.
    """
    found = [
        limit
        for limit in (_of_machine(), _of_process(), *(_of_container(*files) for files in _CGROUPS))
        if limit is not None
    ]
    return min(found, default=None)


def _of_machine() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, ValueError, IndexError, StopIteration):
        return None


def _of_process() -> int | None:
    """Return the addresses that this process may still take, None where it may take all (`ulimit -v`)."""
    try:
        import resource  # noqa: PLC0415 - there is none on Windows

        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (ImportError, OSError, ValueError, IndexError):
        return None
    if limit == resource.RLIM_INFINITY:
        return None
    return max(0, limit - pages * resource.getpagesize())


def _of_container(limit: str, used: str) -> int | None:
    try:
        return max(0, int(Path(limit).read_text()) - int(Path(used).read_text()))
    except (OSError, ValueError):  # no container, or "max": no limit
        return None
