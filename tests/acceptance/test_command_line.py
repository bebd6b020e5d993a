"""The commands of the contract, run as a person or a script runs them."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from tests.factories import make_site
from tests.processes import Ended, newsletter

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str, cwd: Path) -> Ended:
    """One real process, with nothing of ours in its environment."""
    environ = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "PYTHONPATH": str(ROOT)}
    return newsletter(arguments, cwd, environ).wait()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return make_site(tmp_path / "site", {}).root


def files_of(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_version_and_help_show_what_works(tmp_path: Path) -> None:
    """`--version` names the program; every command of the help has a help of its own."""
    assert run("--version", cwd=tmp_path).out.startswith("newsletter ")
    told = run("--help", cwd=tmp_path).out
    commands = [
        line.split()[0]
        for line in told.partition("Commands:")[2].splitlines()
        if line.startswith("  ") and not line.startswith("   ")
    ]
    assert {"demo", "init", "new", "build", "check", "preview", "sandbox"} <= set(commands)
    for command in commands:
        done = run(command, "--help", cwd=tmp_path)
        assert done.code == 0, command
        assert "Usage:" in done.out


@pytest.mark.parametrize(
    "number", ["12", *(pytest.param(each, marks=pytest.mark.long) for each in ("13", "14"))]
)
def test_two_builds_are_byte_identical(tmp_path: Path, number: str) -> None:
    """Building an issue of this repository twice, from different folders, gives equal bytes."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    first = run("build", number, "--out", "one", "--site", str(ROOT), cwd=tmp_path)
    second = run("--site", str(ROOT), "build", number, "--out", "../two", cwd=elsewhere)
    assert (first.code, second.code) == (0, 0), first.err + second.err
    one, two = files_of(tmp_path / "one"), files_of(tmp_path / "two")
    assert one == two
    manifest = json.loads((tmp_path / "one" / "manifest.json").read_text())
    assert {name: one[name] for name in manifest["files"]} == {
        name: file["sha256"] for name, file in manifest["files"].items()
    }
    variants = [row["variant"] for row in manifest["renditions"]]
    for variant in variants:
        assert {f"{variant}.html", f"{variant}.txt", f"{variant}.eml"} <= set(one)


def test_a_build_fills_in_given_values(site: Path, tmp_path: Path) -> None:
    """`--value first_name=Ada` stands in HTML, text and message, and no merge tag is left."""
    snippet = site / "issues" / "topics" / "skin" / "collagen.md"
    snippet.write_text(snippet.read_text() + "\nHello {{ subscriber.first_name }}.\n")
    out = tmp_path / "out"
    done = run("build", "1", "--out", str(out), "--value", "first_name=Ada <3", "--json", cwd=site)
    manifest = json.loads(done.out)
    assert manifest["issue"] == 1
    html, text = (out / "all.html").read_text(), (out / "all.txt").read_text()
    assert "Hello Ada &lt;3" in html
    assert "Hello Ada <3" in text
    for tag in manifest["renditions"][0]["merge_tags"]:
        assert tag["token"] not in html + text


def test_a_build_spares_what_it_did_not_make(site: Path, tmp_path: Path) -> None:
    """A folder with other files is refused and left as it was; an earlier build is replaced."""
    precious = tmp_path / "home"
    precious.mkdir()
    (precious / "thesis.txt").write_text("years of work")
    refused = run("build", "1", "--out", str(precious), cwd=site)
    assert refused.code == 2
    assert "holds files that no build made" in refused.err
    assert [path.name for path in precious.iterdir()] == ["thesis.txt"]

    out = tmp_path / "out"
    run("build", "1", "--out", str(out), cwd=site)
    (out / "stale.html").write_text("from an earlier variant")
    assert run("build", "1", "--out", str(out), cwd=site).code in (0, 1)
    assert not (out / "stale.html").exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_check_answers_scripts(site: Path) -> None:
    """`check --json` lists findings with the contract's names; errors make exit code 1."""
    done = run("check", "--json", cwd=site)
    findings = json.loads(done.out)
    assert findings, "the scratch site has no footer, so there must be findings"
    assert set(findings[0]) >= {"rule", "severity", "message", "path", "line", "variant"}
    assert done.code == (1 if any(f["severity"] == "error" for f in findings) else 0)


def test_the_issues_of_this_repository_have_no_errors(tmp_path: Path) -> None:
    """`newsletter check` in this repository exits 0."""
    done = run("check", "--site", str(ROOT), cwd=tmp_path)
    assert done.code == 0, done.out + done.err


def test_a_mistake_is_told_without_a_traceback(site: Path) -> None:
    """Unreadable input exits 2 with path, line and the nearest name, on standard error."""
    (site / "issues" / "2-bad.md").write_text("---\nnumbr: 2\nsubject: Hi\n---\nHello\n")
    for command in (["check"], ["build", "2-bad", "--out", "x"]):
        done = run(*command, cwd=site)
        assert done.code == 2
        assert "issues/2-bad.md:2" in done.err
        assert 'Did you mean "number"?' in done.err
        assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["build", "99", "--out", "x"], "99"),
        (["build", "1"], "--out"),
        (["build", "1", "--out", "x", "--value", "first_name"], "NAME=VALUE"),
        (["build", "1", "--out", "x", "--value", "frist_name=Ada"], 'Did you mean "first_name"'),
        (["chekc"], "chekc"),
        (["sandbox", "--fault", "restart:0.1"], "restart"),
        (["preview", "--port", "70000"], "65535"),
        (["--site"], "--site"),
    ],
)
def test_usage_errors_exit_2(site: Path, arguments: list[str], said: str) -> None:
    """A wrong word is one message that repeats it, and exit code 2."""
    done = run(*arguments, cwd=site)
    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.err


def test_without_a_site_it_says_how_to_make_one(tmp_path: Path) -> None:
    """Outside of any site the message names `newsletter init`."""
    done = run("check", cwd=tmp_path)
    assert done.code == 2
    assert "newsletter init" in done.err


@pytest.mark.parametrize("command", ["preview", "sandbox"])
def test_a_port_in_use_is_told_plainly(site: Path, command: str) -> None:
    """The message names the port and the option that gives another."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run(command, "--port", port, cwd=site)
    assert done.code == 2
    assert port in done.err
    assert "--port" in done.err


def test_new_takes_the_next_number_and_never_overwrites(site: Path) -> None:
    """`new` writes an issue that loads; the same name again is refused."""
    assert run("new", "2027-02-01-spring", cwd=site).code == 0
    path = site / "issues" / "2027-02-01-spring.md"
    assert "number: 2" in path.read_text()
    path.write_text(path.read_text() + "\nMine now.\n")
    again = run("new", "2027-02-01-spring", cwd=site)
    assert again.code == 2
    assert "Mine now." in path.read_text()


def test_init_makes_a_site_that_checks(tmp_path: Path) -> None:
    """`init --yes` gives a site without errors and with a canary; a full folder is refused."""
    folder = tmp_path / "letters"
    done = run("init", str(folder), "--yes", cwd=tmp_path)
    assert done.code == 0, done.err
    assert "canary = 500" in (folder / "newsletter.toml").read_text()
    checked = run("check", cwd=folder)
    assert checked.code == 0, checked.out + checked.err
    refused = run("init", str(folder), "--yes", cwd=tmp_path)
    assert refused.code == 2
    assert "Nothing was changed" in refused.err


def test_init_takes_answers(tmp_path: Path) -> None:
    """Answers with quotes and other scripts stand in newsletter.toml as they were given."""
    folder = tmp_path / "letters"
    answers = ['Käthe\'s "Glow" \\ Post', "https://news.test", "Käthe", "k@news.test"]
    answers += ["hi@news.test", "Weg 1, Berlin", "Europe/Berlin"]
    done = subprocess.run(
        [sys.executable, "-m", "newsletter", "init", str(folder)],
        input="\n".join(answers) + "\n",
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    shown = run("check", "12", cwd=folder)
    assert shown.code == 0, shown.err
    built = run("build", "12", "--out", str(tmp_path / "out"), cwd=folder)
    assert built.code == 0
    assert 'Käthe\'s "Glow" \\ Post' in (tmp_path / "out" / "all.txt").read_text()


@pytest.mark.long  # a minute; what it packs seldom changes
def test_the_wheel_works_alone(tmp_path: Path) -> None:
    """The wheel installs into an empty environment and makes and builds a site there."""
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [*pip, "wheel", "--no-deps", "-c", "constraints.txt", "-w", str(tmp_path), "."],
        cwd=ROOT,
        check=True,
        timeout=300,
    )
    wheel = next(tmp_path.glob("*.whl"))
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "env")], check=True, timeout=120)
    python = tmp_path / "env" / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    constraints = ["-c", str(ROOT / "constraints.txt")]
    subprocess.run([*install, *constraints, str(wheel)], check=True, timeout=400, cwd=tmp_path)
    newsletter = tmp_path / "env" / "bin" / "newsletter"
    for words in (
        ["init", "letters", "--yes"],
        ["check", "--site", "letters"],
        ["build", "12", "--out", "out", "--site", "letters"],
    ):
        subprocess.run([str(newsletter), *words], cwd=tmp_path, check=True, timeout=120)
    assert (tmp_path / "out" / "all.html").is_file()
    shutil.rmtree(tmp_path / "env")
