"""How long `publish plan` takes beside 5,000 sent issues: ``python benchmarks/plan.py [COUNT]``.

A sandbox holds the campaigns, a ledger of three lines an issue knows them; the command runs as a
process of its own, reaches the sandbox over a socket, and is timed whole.
"""

from __future__ import annotations

import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from publish import sandbox  # noqa: E402 - runs from a checkout, installed or not
from publish.newsletter import titles  # noqa: E402
from publish.newsletter.account import Limits  # noqa: E402
from publish.newsletter.campaign import Segment  # noqa: E402
from publish.newsletter.facts import Fact  # noqa: E402
from publish.newsletter.mailchimp import Mailchimp  # noqa: E402
from publish.post.issue import key_of  # noqa: E402
from tests.newsletter.stand import account, control, live_environment, make_site  # noqa: E402


def fill(root: Path, base: str, count: int) -> None:
    """``count`` sent campaigns in the sandbox, and the facts of each in the ledger."""
    Mailchimp(account(base, Limits(timeout=30))).create({"title": "x"}, Segment())
    with sqlite3.connect(root / ".publish/sandbox/state.sqlite3") as db:
        db.row_factory = sqlite3.Row
        row = dict(db.execute("SELECT * FROM campaigns").fetchone())
        row.pop("web_id")
        for number in range(count):
            settings = json.loads(row["settings"])
            marks = titles.Marks(key_of([f"u{number}"]))
            settings["title"] = titles.write(f"Issue {number}", marks)
            made = row | {
                "id": f"{number:010x}",
                "status": "sent",
                "settings": json.dumps(settings),
            }
            places = ",".join("?" * len(made))
            db.execute(
                f"INSERT INTO campaigns ({','.join(made)}) VALUES ({places})",  # noqa: S608
                list(made.values()),
            )
    ledger = root / "content/ledger"
    ledger.mkdir(exist_ok=True)
    with (ledger / "issues.jsonl").open("w", encoding="utf-8") as stream:
        for number in range(count):
            for kind in ("intent", "send_try", "done"):
                fact = Fact(kind, key_of([f"u{number}"]), 1.7e9 + number, f"{number:010x}")
                stream.write(json.dumps(fact.document()) + "\n")


def main(count: int) -> None:
    """Print the median of five runs and the requests of one."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        make_site(root)
        with sandbox.start(root, register=False) as server:
            fill(root, server.base_url, count)
            control(server.base_url, None)
            spent = []
            for _ in range(5):
                began = time.monotonic()
                subprocess.run(
                    [sys.executable, "-m", "publish", "plan", "-q"],
                    cwd=root,
                    check=True,
                    env=live_environment(server.base_url) | {"PYTHONPATH": str(ROOT)},
                    stdout=subprocess.DEVNULL,
                )
                spent.append(time.monotonic() - began)
            asked = len(control(server.base_url, [])["requests"]) / 5
    print(
        f"publish plan beside {count} issues: {statistics.median(spent):.2f} s, {asked:g} requests"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
