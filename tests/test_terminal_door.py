"""Nothing that is printed steers a terminal, whatever files, columns, runs and settings are called."""

import os
import pty
import re
import subprocess
import sys

import pytest
from corpora import make_text, write_jsonl

EVIL = "a\x1b]0;x\x07\x1b[2J\rb\x9b31m"
RAW = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
TEXT = make_text("twice")

COMMANDS = {
    "clean": ["clean", f"{EVIL}.jsonl", "-o", f"{EVIL}.out"],
    "clean on a missing file": ["clean", f"{EVIL}.none", "-o", "out2"],
    "clean on a missing column": ["clean", f"{EVIL}.csv", "-o", "out3"],
    "clean by a field": ["clean", f"{EVIL}.csv", "-o", "out4", "--text-field", EVIL, "--keep", f"newest:{EVIL}x"],
    "clean by a wrong policy": ["clean", f"{EVIL}.jsonl", "-o", "out5", "--keep", EVIL],
    "clean with a wrong number": ["clean", f"{EVIL}.jsonl", "-o", "out6", "--threshold", EVIL],
    "an unknown option": ["clean", f"--{EVIL}"],
    "an unknown command": [EVIL],
    "passages": ["passages", f"{EVIL}.jsonl", "-o", f"{EVIL}.passages"],
    "stories": ["stories", f"{EVIL}.jsonl", "-o", f"{EVIL}.stories"],
    "diff": ["diff", f"{EVIL}.txt", f"{EVIL}2.txt"],
    "diff of nothing": ["diff", f"{EVIL}.none", f"{EVIL}2.txt"],
    "report": ["report", EVIL],
    "restore": ["restore", EVIL, "-o", "back"],
    "index": ["index", "info", f"{EVIL}.duckdb"],
    "apply": ["apply", f"{EVIL}.txt", f"{EVIL}2.txt"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder of files with odd names."""
    folder = tmp_path_factory.mktemp("door")
    write_jsonl(folder / f"{EVIL}.jsonl", [{"id": EVIL, "text": TEXT}, {"id": EVIL + "2", "text": TEXT}])
    (folder / f"{EVIL}.csv").write_text(f'"{EVIL}",id\nsome text,1\n', newline="")
    (folder / f"{EVIL}.txt").write_text("One text \x1b[31m here.")
    (folder / f"{EVIL}2.txt").write_text("One other \x1b[31m text here.")
    return folder


@pytest.mark.parametrize("name", COMMANDS)
def test_no_control_character_is_printed(dedup, folder, name):
    done = dedup(*COMMANDS[name], cwd=folder)
    assert done.code in {0, 1, 2}, done.stderr
    assert RAW.findall(done.stdout + done.stderr) == []
    assert done.stdout + done.stderr


def run_on_terminal(args, cwd):
    """Return what a command prints on a terminal."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "dedup", *args]
    process = subprocess.Popen(command, cwd=cwd, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    printed = b""
    try:
        while piece := os.read(ours, 1 << 16):
            printed += piece
    except OSError:
        pass  # the terminal is closed
    os.close(ours)
    process.wait()
    return printed.decode()


@pytest.mark.parametrize("layout", [["--format", "patch"], ["--format", "html"], ["--format", "json"], []], ids=str)
def test_on_a_terminal_only_our_colours_pass(folder, layout):
    printed = run_on_terminal(["diff", f"{EVIL}.txt", f"{EVIL}2.txt", *layout], folder).replace("\r\n", "\n")
    assert RAW.findall(re.sub(r"\x1b\[(0|1|2|35|33;9|34;1;4)m", "", printed)) == []
    assert len(printed) > 50


def test_a_file_gets_the_bytes_as_they_are(dedup, folder):
    assert "\x9b" in dedup("diff", f"{EVIL}.txt", f"{EVIL}2.txt", "--format", "json", cwd=folder).stdout


def test_a_terminal_of_few_characters_is_no_error(folder):
    write_jsonl(folder / "漢.jsonl", [{"text": TEXT}])
    command = [sys.executable, "-m", "dedup", "clean", "漢.jsonl", "-o", "漢.out"]
    env = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
