"""MJML's own compiler as a process that is asked document after document."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

VERSION = "4.18.0"
SCRIPT = Path(__file__).with_name("mjml.mjs")
CACHE = Path(os.environ.get("DIFFERENTIAL_CACHE", "var/differential")).resolve()


class NotToBeHad(Exception):
    """Node, npm or the package is missing; the message says which, and what to do."""


@dataclass
class Compiler:
    """A running compiler; `close` ends it."""

    process: subprocess.Popen[str]

    def compile(self, source: str) -> str:
        """The HTML that MJML's compiler makes of a document.

        Raises:
            AssertionError: it has something to say against the document.
        """
        asking, answering = self.process.stdin, self.process.stdout
        assert asking is not None
        assert answering is not None
        asking.write(json.dumps(source) + "\n")
        asking.flush()
        answer = json.loads(answering.readline())
        assert answer["html"] is not None, answer["errors"]
        assert not answer["errors"], answer["errors"]
        return str(answer["html"])

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(timeout=30)


def start() -> Compiler:
    """Run the compiler, installed into the cache folder first when it is not there.

    Raises:
        NotToBeHad: there is no Node, or npm could not install the package.
    """
    node = shutil.which("node")
    if node is None:
        raise NotToBeHad("Node is not installed; get Node 20 or newer with npm.")
    process = subprocess.Popen(  # noqa: S603 - the path of node, and files of our own
        [node, str(SCRIPT), str(_installed())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    return Compiler(process)


def _installed() -> Path:
    folder = CACHE / f"mjml-{VERSION}"
    if (folder / "node_modules" / "mjml" / "package.json").is_file():
        return folder
    npm = shutil.which("npm")
    if npm is None:
        raise NotToBeHad("npm is not installed; get Node 20 or newer with npm.")
    folder.mkdir(parents=True, exist_ok=True)
    made = subprocess.run(  # noqa: S603 - npm with a version that stands above
        [npm, "install", "--no-audit", "--no-fund", "--no-save", f"mjml@{VERSION}"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        raise NotToBeHad(f"npm could not install mjml {VERSION}:\n{made.stderr.strip()}")
    return folder
