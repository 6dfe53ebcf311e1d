"""Limits of a shell end in one line that says the way out."""

import errno
import resource

import pytest

from dedup.cli.main import explain_error, explain_os_error


@pytest.mark.parametrize(
    "error",
    [OSError(errno.EMFILE, "Too many open files", "a"), OSError("Failed to open. [errno 24] Too many open files")],
)
def test_a_limit_on_open_files_is_named_with_the_way_out(error):
    assert explain_os_error(error).endswith("Raise it with ulimit -n 1024, or try fewer --workers.")


def test_a_limit_on_memory_is_named_where_a_library_found_no_room(monkeypatch):
    monkeypatch.setattr(resource, "getrlimit", lambda _: (300 << 20, 300 << 20))
    found = explain_error(OSError("could not load libllvmlite.so"))
    assert found == "could not load libllvmlite.so (ulimit -v allows 300 MB). Lift it with ulimit -v unlimited."
    assert "(ulimit -v allows 300 MB)" in explain_error(MemoryError())


def test_without_a_limit_nothing_is_said_of_one(monkeypatch):
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert explain_error(MemoryError()) == "there is not enough memory. Free some, or try fewer --workers."
    assert explain_error(OSError(errno.ENOENT, "No such file", "a")) == "a: No such file"
    assert explain_error(ImportError("none")) is None
