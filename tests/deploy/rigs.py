"""The servers: sshd, nginx and one that speaks S3, each on loopback and ended by its process id."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

KEY, SECRET = "AKIDOFTHETESTS", "a-secret-of-the-tests-0123456789"


def free_port() -> int:
    """A port that nothing listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@contextmanager
def running(words: list[str], port: int, env: dict[str, str] | None = None) -> Iterator[None]:
    """A server from when it listens until the end, with all processes it started."""
    with tempfile.TemporaryFile() as log:
        child = subprocess.Popen(
            words,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            for _ in range(1000):
                with contextlib.suppress(OSError):
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                    break
                if child.poll() is not None:
                    log.seek(0)
                    raise RuntimeError(f"{words[0]} ended: {log.read().decode()}")
                time.sleep(0.02)
            yield
        finally:
            os.killpg(child.pid, signal.SIGTERM)
            child.wait(10)


@dataclass(frozen=True)
class Ssh:
    """``host`` as the configuration in ``options`` knows it; ``sftp_only`` has no shell."""

    options: tuple[str, ...]
    host: str = "rig"
    sftp_only: str = "rig-sftp"


@contextmanager
def sshd(folder: Path) -> Iterator[Ssh]:
    """An sshd for the user who runs the tests, with keys of its own."""
    folder.mkdir(parents=True)
    folder.chmod(0o700)
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    for name in ("hostkey", "id", "id-sftp"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True
        )
    shell, only = (
        (folder / f"{n}.pub").read_text(encoding="ascii").strip() for n in ("id", "id-sftp")
    )
    (folder / "authorized_keys").write_text(
        f'{shell}\nrestrict,command="internal-sftp" {only}\n', encoding="ascii"
    )
    port = free_port()
    (folder / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/hostkey\n"
        f"PidFile {folder}/sshd.pid\nAuthorizedKeysFile {folder}/authorized_keys\n"
        "PasswordAuthentication no\nKbdInteractiveAuthentication no\nUsePAM no\nStrictModes no\n"
        "PermitRootLogin yes\nMaxStartups 100\nSubsystem sftp internal-sftp\n",
        encoding="ascii",
    )
    host_key = " ".join((folder / "hostkey.pub").read_text(encoding="ascii").split()[:2])
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {host_key}\n", encoding="ascii")
    rows = "".join(
        f"Host {name}\n HostName 127.0.0.1\n Port {port}\n User {getpass.getuser()}\n"
        f" IdentityFile {folder}/{key}\n IdentitiesOnly yes\n"
        f" UserKnownHostsFile {folder}/known_hosts\n StrictHostKeyChecking yes\n BatchMode yes\n"
        for name, key in (("rig", "id"), ("rig-sftp", "id-sftp"))
    )
    (folder / "ssh_config").write_text(rows, encoding="ascii")
    program = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin") or "sshd"
    with running([program, "-D", "-e", "-f", str(folder / "sshd_config")], port):
        yield Ssh(("-F", str(folder / "ssh_config")))


@contextmanager
def s3(root: Path) -> Iterator[str]:
    """An S3 server; the address it answers at."""
    program = root / ".venv" / "rigs" / "bin" / "ministack"
    assert program.is_file(), "run `make .venv/rigs/ready` first"
    port = free_port()
    env = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "SERVICES": "s3"}
    with running([str(program)], port, env):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def nginx(folder: Path, bucket_host: str) -> Iterator[str]:
    """The public server: ``/NAME/`` serves ``www/NAME``, ``/s3/…`` the buckets; its address."""
    (folder / "www").mkdir(parents=True)
    port = free_port()
    user = f"user {getpass.getuser()};" if os.getuid() == 0 else ""
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"""{user}
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log {folder}/access.log; {temporary}
    types {{ text/html html; text/css css; image/jpeg jpg; application/json json; }}
    server {{
        listen 127.0.0.1:{port};
        root {folder}/www;
        location /s3/ {{
            rewrite ^(/s3/.*)/$ $1/index.html;
            rewrite ^/s3/(.*)$ /$1 break;
            proxy_pass {bucket_host};
        }}
    }}
}}
""",
        encoding="ascii",
    )
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") or "nginx"
    words = [program, "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
    with running(words, port):
        yield f"http://127.0.0.1:{port}"
