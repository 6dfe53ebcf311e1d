"""Options from a file, completion, groups of options, and what --verbose says."""

import json
import subprocess
import sys

import pytest
from corpora import write_jsonl

from dedup.cli.clean import CleanCommand
from dedup.cli.config_file import name_options
from dedup.cli.main import load_command

TEXTS = ["The mayor of the old town said on Monday that the bridge is closed.", "Rain falls on the hills of the north."]


@pytest.fixture
def news(tmp_path):
    path = tmp_path / "news.jsonl"
    path.write_text("".join(json.dumps({"id": n, "body": text}) + "\n" for n, text in enumerate([*TEXTS, TEXTS[0]])))
    return str(path)


def run_with(dedup, tmp_path, news, toml, *options):
    (tmp_path / "dedup.toml").write_text(toml)
    return dedup("clean", news, "--config", str(tmp_path / "dedup.toml"), "--dry-run", "--json", "-q", *options)


def test_a_file_names_options_by_their_flags(dedup, tmp_path, news):
    done = run_with(dedup, tmp_path, news, 'text-field = "body"\nthreshold = 0.7\n')
    found = json.loads(done.stdout)
    assert (found["counts"]["removed"], found["config"]["near"]["threshold"]) == (1, 0.7)


@pytest.mark.parametrize("value", ["1" * 5000, "[" * 5000, "'x", "1979-99-99"])
def test_a_file_that_is_no_toml_is_one_line(dedup, tmp_path, news, value):
    done = run_with(dedup, tmp_path, news, f"threshold = {value}")
    assert (done.code, done.stdout, done.stderr.count("\nError: ")) == (2, "", 1)
    assert "dedup.toml: " in done.stderr


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("threshold = [0.5]", "'--threshold'"),
        ("min-tokens = true", "'--min-tokens'"),
        ("quiet = [true]", "'-q' / '--quiet'"),
        ('keep = ["first"]', "--keep"),
    ],
)
def test_a_value_of_another_kind_is_one_line(dedup, tmp_path, news, line, said):
    (tmp_path / "dedup.toml").write_text(line)
    done = dedup("clean", news, "--config", str(tmp_path / "dedup.toml"), "--dry-run")
    assert (done.code, done.stdout) == (2, "")
    assert said in done.stderr


def test_an_option_that_may_be_repeated_takes_a_list_or_one_value(dedup, tmp_path):
    records = [{"id": outlet, "text": f"What {outlet} has to say.", "outlet": outlet} for outlet in ("afp", "ap")]
    write_jsonl(tmp_path / "news.jsonl", records)
    for value in ('"afp"', '["afp", "ap"]'):
        (tmp_path / "dedup.toml").write_text(f"wire = {value}")
        args = ("news.jsonl", "-o", "out", "--overwrite", "--config", "dedup.toml")
        done = dedup("sources", *args, cwd=tmp_path)
        assert done.code == 0, done.stderr


def test_a_table_is_for_the_command_of_its_name(dedup, tmp_path, news):
    done = run_with(dedup, tmp_path, news, 'text_field = "x"\n[clean]\ntext_field = "body"\n[stories]\nwindow = 1\n')
    assert done.code == 0


def test_the_command_line_comes_first(dedup, tmp_path, news):
    done = run_with(dedup, tmp_path, news, 'text-field = "nothing"\n', "--text-field", "body")
    assert done.code == 0


WRONG = [
    ("treshold = 0.7\n", '"treshold" is no option of dedup clean'),
    ("threshold = [\n", "dedup.toml"),
    ('threshold = "much"\n', "much"),
    ("workers = 0\n", "workers"),
    ('keep = "none"\n', "is not a policy"),
    ("workers = 0x" + "f" * 5000, "has too many digits"),
]


@pytest.mark.parametrize(("toml", "said"), WRONG)
def test_what_is_wrong_in_a_file_is_named(dedup, tmp_path, news, toml, said):
    done = run_with(dedup, tmp_path, news, toml, "--text-field", "body")
    assert (done.code, said in done.stderr) == (2, True)


def test_a_file_that_is_not_there_is_named(dedup, news):
    assert "no such file" in dedup("clean", news, "--config", "none.toml", "--dry-run").stderr


def test_the_summary_of_a_run_gives_its_settings(dedup, tmp_path, news):
    options = (
        "--text-field",
        "body",
        "--threshold",
        "0.6",
        "--passages",
        "off",
        "--max-novel",
        "0.2,50",
        "--contained",
        "off",
    )
    assert dedup("clean", news, "-o", str(tmp_path / "a"), "-q", *options).code == 0
    assert dedup("clean", news, "--config", str(tmp_path / "a/summary.json"), "-o", str(tmp_path / "b"), "-q").code == 0
    summaries = [json.loads((tmp_path / name / "summary.json").read_text()) for name in "ab"]
    assert summaries[0]["config"] == summaries[1]["config"]
    assert summaries[0]["inputs"] == summaries[1]["inputs"]


def test_verbose_says_what_each_step_does(dedup, news):
    done = dedup("clean", news, "--text-field", "body", "--dry-run", "-v")
    steps = [line.split(":")[0] for line in done.stderr.splitlines() if line.startswith("step ")]
    assert steps[:2] == ["step 1 of 5 reading", "step 2 of 5 comparing"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_the_script_of_a_shell(dedup, shell):
    done = dedup("completion", shell)
    assert (done.code, "_DEDUP_COMPLETE" in done.stdout) == (0, True)


def test_completion_completes_commands():
    environment = {"_DEDUP_COMPLETE": "bash_complete", "COMP_WORDS": "dedup cl", "COMP_CWORD": "1", "PATH": ""}
    code = "import sys; sys.argv = ['dedup']; from dedup.cli.main import main; main()"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout == "plain,clean\n"


def test_every_group_names_options_that_are_there():
    names = {p.name for p in load_command("clean").params}
    assert {name for group in CleanCommand.groups.values() for name in group} - names - {
        "config",
        "date_order",
    } == set()


def test_no_path_is_taken_of_a_summary(dedup, tmp_path, news):
    assert dedup("clean", news, "-o", str(tmp_path / "a"), "-q", "--text-field", "body").code == 0
    done = dedup("clean", "--config", str(tmp_path / "a/summary.json"), "-o", str(tmp_path / "b"))
    assert (done.code, "Missing argument" in done.stderr) == (2, True)


@pytest.mark.parametrize("output", ["dedup.toml", "linked"])
@pytest.mark.parametrize("args", [("stories", "news.jsonl"), ("export", "story.json", "--table", "rows")])
def test_no_output_replaces_the_file_of_options(dedup, tmp_path, args, output):
    settings = tmp_path / "dedup.toml"
    settings.write_text("quiet = true\n")
    (tmp_path / "linked").symlink_to("dedup.toml")
    done = dedup(*args, "-o", output, "--config", "dedup.toml", cwd=tmp_path)
    assert (done.code, done.stdout) == (2, "")
    assert f"{output} is the file of --config. Name another output." in done.stderr
    assert settings.read_text() == "quiet = true\n"


def test_the_summary_of_a_run_repeats_annotate_and_says_that_its_index_is_not_used(dedup, tmp_path, news):
    first = dedup("clean", news, "-o", "a", "-q", "--annotate", "--index", "i.duckdb", cwd=tmp_path)
    assert first.code == 0, first.stderr
    done = dedup("clean", news, "--config", "a/summary.json", "-o", "b", cwd=tmp_path)
    assert (tmp_path / "b" / "annotated").is_dir()
    assert "note: the index of that run, i.duckdb, is not used: name it with --index" in done.stderr.splitlines()


def test_annotate_of_a_run_is_not_taken_to_a_stream_nor_to_spark_and_can_be_turned_off(dedup, tmp_path, news):
    assert dedup("clean", news, "-o", "a", "-q", "--annotate", "--text-field", "body", cwd=tmp_path).code == 0
    again = ("clean", news, "--config", "a/summary.json", "-q")
    kept = (tmp_path / "a" / "kept" / "news.jsonl").read_text()
    assert dedup(*again, "--to-stdout", cwd=tmp_path).stdout == kept
    assert len(dedup(*again, "--to-stdout", "--annotate", cwd=tmp_path).stdout.splitlines()) == 3
    assert dedup(*again, "-o", "b", "--no-annotate", cwd=tmp_path).code == 0
    assert not (tmp_path / "b" / "annotated").exists()
    said = dedup(*again, "-o", "c", "--engine", "spark", "--passages", "all", cwd=tmp_path).stderr
    assert ("annotate" in said, "only passages within a document" in said) == (False, True)


@pytest.mark.parametrize(("command", "flag"), [("clean", "annotate"), ("diff", "pager"), ("report", "near-misses")])
@pytest.mark.parametrize("value", [True, False, "true"])
def test_a_no_flag_of_a_file_means_what_it_says(command, flag, value):
    name, is_on = flag.replace("-", "_"), value is False
    for written in (f"no-{flag}", f"no_{name}"):
        assert name_options({written: value}, load_command(command), "a.toml") == {name: is_on}
    assert name_options({flag: True}, load_command(command), "a.toml") == {name: True}
