"""Write an issue's final files into a folder, with a manifest that accounts for each."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from newsletter.errors import UsageError
from newsletter.model.finding import Finding, Severity, Unchecked
from newsletter.model.rendition import Mail, PictureFile, Rendition
from newsletter.publishing.composing import Composition
from newsletter.rendering import fill, to_eml

MANIFEST = "manifest.json"


def build(composition: Composition, out: Path, reader: Mapping[str, str]) -> dict[str, Any]:
    """Write every variant as one reader gets it, the pictures, and `manifest.json`.

    The folder is replaced whole, or left as it was: a build that fails half-way shows nothing.
    The same composition and reader give the same bytes.

    Args:
        composition: what to write.
        out: a folder that does not exist, is empty, or holds an earlier build.
        reader: source -> value, as `neutral_reader` gives.

    Returns:
        The manifest.

    Raises:
        UsageError: `out` holds something else, or can not be written.
    """
    _require_ours(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}-"))
        try:
            told = _write(composition, draft, reader)
            _replace(out, draft)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as problem:
        raise UsageError(f"{out} can not be written: {problem.strerror}.") from problem
    return told


def manifest(composition: Composition) -> dict[str, Any]:
    """What an issue consists of, as plain values: hashes, sizes, sections, tags, findings."""
    issue, made = composition.issue, composition.renditions
    return {
        "issue": issue.number,
        "slug": issue.slug,
        "subject": issue.subject.plain(),
        "sources": list(issue.sources),
        "renditions": [_rendition(rendition) for rendition in made.renditions],
        "pictures": [_picture(picture) for picture in made.pictures],
        "findings": [finding_row(found) for found in composition.findings],
    }


def finding_row(found: Finding) -> dict[str, Any]:
    """A finding as plain values, with the names the contract gives them."""
    return {
        "rule": found.rule,
        "severity": found.severity.value,
        "message": found.message,
        "path": found.place.path if found.place else None,
        "line": found.place.line if found.place else None,
        "variant": found.variant or None,
        "acknowledged": found.acknowledged or None,
    }


def checked_row(found: Finding) -> dict[str, Any]:
    """A finding of `check`, beside which there are rules that nobody could judge."""
    return {**finding_row(found), "checked": True}


def unchecked_row(one: Unchecked) -> dict[str, Any]:
    """A rule that nobody could judge, in the shape of a finding."""
    return checked_row(Finding(one.rule, Severity.INFO, one.reason)) | {"checked": False}


def _rendition(rendition: Rendition) -> dict[str, Any]:
    return {
        "variant": rendition.variant,
        "interests": list(rendition.interests),
        "sections": list(rendition.sections),
        "sha256": rendition.sha256,
        "html_bytes": len(rendition.html.encode()),
        "text_bytes": len(rendition.text.encode()),
        "merge_tags": [
            {
                "token": tag.token,
                "source": tag.source,
                "default": tag.default,
                "context": tag.context.value,
            }
            for tag in rendition.merge_tags
        ],
    }


def _picture(picture: PictureFile) -> dict[str, Any]:
    return {
        "source": picture.source,
        "file": f"media/{picture.filename}",
        "sha256": picture.sha256,
        "bytes": len(picture.data),
        "width": picture.width,
        "height": picture.height,
    }


def _files(composition: Composition, reader: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    for rendition in composition.renditions.renditions:
        mail = fill(rendition, reader)
        yield f"{rendition.variant}.html", mail.html.encode()
        yield f"{rendition.variant}.txt", mail.text.encode()
        yield f"{rendition.variant}.eml", _eml(composition, mail, reader)
    for picture in composition.renditions.pictures:
        yield f"media/{picture.filename}", picture.data


def _eml(composition: Composition, mail: Mail, reader: Mapping[str, str]) -> bytes:
    return to_eml(
        mail,
        composition.site,
        to=reader["subscriber.email"],
        unsubscribe=reader["link.unsubscribe"],
        date=composition.issue.send_at,
    )


def _write(composition: Composition, folder: Path, reader: Mapping[str, str]) -> dict[str, Any]:
    (folder / "media").mkdir()
    files: dict[str, dict[str, Any]] = {}
    for name, data in _files(composition, reader):
        (folder / name).write_bytes(data)
        files[name] = {"sha256": sha256(data).hexdigest(), "bytes": len(data)}
    told = {**manifest(composition), "files": files}
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    (folder / MANIFEST).write_bytes(orjson.dumps(told, option=options))
    return told


def _require_ours(out: Path) -> None:
    if out.is_file():
        raise UsageError(f"{out} is a file; give a folder.")
    if out.is_dir() and any(out.iterdir()) and not (out / MANIFEST).is_file():
        raise UsageError(
            f"{out} holds files that no build made; give an empty folder or a new name."
        )


def _replace(out: Path, draft: Path) -> None:
    draft.chmod(0o755)
    if not out.exists():
        draft.rename(out)
        return
    old = draft.with_name(f"{draft.name}-old")
    out.rename(old)
    draft.rename(out)
    shutil.rmtree(old)
