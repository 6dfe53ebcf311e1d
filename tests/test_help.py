"""Help, version, and errors of one line."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from corpora import make_text, write_jsonl

from dedup import __version__
from dedup.cli.main import COMMANDS, load_command
from dedup.pipeline.compile_ahead import EVERYTHING, compile_ahead
from dedup.pipeline.job import SilentProgress

HEAVY = "{'numpy', 'numba', 'pyarrow', 'datasketch', 'tqdm', 'duckdb', 'scipy', 'llvmlite', 'pandas', 'pyspark'}"
TEXTS = {".py", ".pyi", ".md", ".sh"}
SLOW = "{'numba.np.linalg', 'numba.np.arraymath', 'pyarrow.compute'}"  # parts of them


def run_and_list_imports(*args):
    """Run the command line in a new interpreter; return (output, heavy modules that it imported)."""
    code = (
        "import sys, atexit\n"
        f"def list_imports(): return sorted(name for name in {HEAVY} | {SLOW} if sys.modules.get(name))\n"
        "atexit.register(lambda: print('IMPORTED', *list_imports(), file=sys.stderr))\n"
        f"sys.argv = ['dedup', *{list(args)!r}]\n"
        "from dedup.cli.main import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr.split("IMPORTED")[1].split()


@pytest.mark.parametrize("args", [["--help"], ["-h"], *([name, "--help"] for name in COMMANDS)], ids=" ".join)
def test_help_is_shown_without_importing_anything_heavy(args):
    code, output, imported = run_and_list_imports(*args)
    assert (code, imported) == (0, [])
    assert output.startswith("Usage: ")


def test_a_run_does_not_import_what_is_installed_beside_it(tmp_path):
    """Numba looks for scipy, pyarrow for pandas, and both would be imported at every start."""
    (tmp_path / "a.txt").write_text("One text.")
    code, _, imported = run_and_list_imports("clean", str(tmp_path / "a.txt"), "-o", str(tmp_path / "out"), "-q")
    assert code == 0
    assert not {"scipy", "pandas", "pyspark", "duckdb"} & set(imported)


def test_a_run_through_an_index_loads_no_functions_that_take_longer_than_what_they_do(tmp_path):
    """A kernel that sums with numpy's words loads linear algebra; pyarrow's filter loads all functions that it has."""
    parts = [make_text(f"part {n}", 60) for n in range(6)]
    write_jsonl(tmp_path / "first.jsonl", [{"id": "whole", "text": "\n\n".join(parts)}])
    mixed = [parts[4], make_text("mine", 300), make_text("own", 200), make_text("own", 200)]
    texts = ["\n\n".join(parts[:2]), "\n\n".join(mixed)]
    texts.append("\n\n".join([make_text("own", 200), make_text("other", 300)]))
    write_jsonl(tmp_path / "second.jsonl", [{"id": n, "text": text} for n, text in enumerate(texts)])
    options = ("--index", str(tmp_path / "news.duckdb"), "--passages", "all", "-q", "--overwrite")
    compile_ahead(EVERYTHING, SilentProgress())
    for day in ("first", "second"):
        out = str(tmp_path / f"{day}.out")
        code, _, imported = run_and_list_imports("clean", str(tmp_path / f"{day}.jsonl"), "-o", out, *options)
        assert code == 0
    assert imported == ["duckdb", "llvmlite", "numba", "numpy", "pyarrow"]
    assert (tmp_path / "second.out/passages.jsonl").read_bytes()
    assert b"contained" in (tmp_path / "second.out/removed.jsonl").read_bytes()


def test_help_lists_every_command_with_what_it_does():
    _, output, _ = run_and_list_imports("--help")
    flat = re.sub(r"\s+", " ", output)
    assert [name for name, summary in COMMANDS.items() if f"{name} {summary}" not in flat] == []


@pytest.fixture(scope="module")
def help_of_clean():
    return run_and_list_imports("clean", "--help")[1]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_a_command_is_explained(name):
    command = load_command(name)
    assert [p.name for p in command.params if p.param_type_name == "option" and not p.help] == []


@pytest.mark.parametrize(
    "flag",
    [
        "--threshold",
        "--shingle-size",
        "--keep",
        "--text-field",
        "--id-field",
        "--workers",
        "--resume",
        "--remove",
        "--max-novel",
        "--dry-run",
        "--strict",
        "--overwrite",
        "--quiet",
        "--input-format",
        "--num-perm",
    ],
)
def test_the_help_of_clean_names(help_of_clean, flag):
    assert flag in help_of_clean


@pytest.mark.parametrize("name", ["info", "add", "check", "remove", "export"])
def test_every_option_of_an_index_command_is_explained(name):
    from dedup.cli.index import index

    assert [p.name for p in index.commands[name].params if p.param_type_name == "option" and not p.help] == []
    code, output, imported = run_and_list_imports("index", name, "--help")
    assert (code, imported) == (0, [])
    assert "Example" in output
    assert ("ending of FILE chooses" in " ".join(output.split())) <= ("--output" in output)


@pytest.mark.parametrize("flag", ["-V", "--version"])
def test_the_version_is_told(flag):
    assert run_and_list_imports(flag)[:2] == (0, f"dedup, version {__version__}\n")


def test_a_command_that_is_mistyped_is_suggested(dedup, tmp_path):
    done = dedup("clena", "a.jsonl", cwd=tmp_path)
    assert (done.code, done.stderr.splitlines()[-1]) == (2, "Error: No such command 'clena'. Did you mean clean?")
    assert "Did you mean" not in dedup("frobnicate", cwd=tmp_path).stderr


def test_messages_name_the_package_that_is_ours():
    """The package "dedup" of PyPI is a stranger's."""
    top = Path(__file__).parent.parent
    assert tomllib.loads((top / "pyproject.toml").read_text())["project"]["name"] == "newsdedup"
    files = [path for part in ("dedup", "docs", "scripts") for path in (top / part).rglob("*") if path.is_file()]
    texts = {path: path.read_text(encoding="utf-8") for path in [*files, top / "README.md"] if path.suffix in TEXTS}
    stranger = re.compile(r"(?<!news)dedup\[|pip install '?dedup\b")
    assert [path.name for path, text in texts.items() if stranger.search(text)] == []


def test_no_command_at_all_shows_the_help():
    code, output, _ = run_and_list_imports()
    assert code in {0, 2}
    assert "Traceback" not in output


def test_an_error_is_one_line_on_stderr_and_exit_code_2(process, tmp_path):
    done = process("clean", "nowhere.jsonl", "-o", "out", cwd=tmp_path)
    assert (done.code, done.stdout, done.stderr) == (2, "", "error: nowhere.jsonl: no such file or folder.\n")


def test_an_error_about_a_name_with_line_ends_is_one_line(process, tmp_path):
    done = process("clean", "no\nwhere.jsonl", "-o", "out", cwd=tmp_path)
    assert (done.code, done.stderr.count("\n")) == (2, 1)


def test_the_reader_of_the_output_may_go_away(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "a"}\n')
    command = f"{sys.executable} -m dedup clean a.jsonl -o out | true"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
