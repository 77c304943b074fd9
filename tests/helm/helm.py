# SPDX-License-Identifier: Apache-2.0
"""Plays helm for the tests: KSETTLE_HELM names it, FAKE_HELM the folder it lives in.

    version          what it says it is (v3.19.0)
    history.json     the revisions of the release; absent: there is no release
    manifest, hooks  what `get manifest` and `get hooks` print once there is a record
    upgrade          what `upgrade --install` does, a word a line: see UPGRADE below
    try              what its dry run fails with; absent: it says the release as it would be
    on-term          "ignore": TERM does not end it
    no-history       what `history` fails with
    unreadable       `get` fails
    calls            every command line, a JSON list a line
    seen             what it found in the files that its command lines name

Tests start it by their own Python."""

import json
import os
import signal
import sys
import time

HOME = os.environ["FAKE_HELM"]
PLURALS = {"ConfigMap": "api/v1/%sconfigmaps", "Secret": "api/v1/%ssecrets", "Deployment": "apis/apps/v1/%sdeployments",
           "Job": "apis/batch/v1/%sjobs"}


def path(name):
    return os.path.join(HOME, name)


def read(name, otherwise=""):
    return open(path(name), encoding="utf-8").read() if os.path.exists(path(name)) else otherwise


def write(name, text, mode="w"):
    with open(path(name), mode, encoding="utf-8") as file:
        file.write(text)


def say(text, stream=sys.stdout):
    stream.write(text.replace("\\n", "\n").replace("\\t", "\t").replace("\\e", "\x1b") + "\n")
    stream.flush()


def flag(name):
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else None


# --- the release's record ---

def history():
    return json.loads(read("history.json", "[]"))


def record(revision, status):
    revisions = [r for r in history() if r["revision"] != revision]
    if status == "deployed":
        for r in revisions:
            r["status"] = "superseded" if r["status"] == "deployed" else r["status"]
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) + ".123456789Z"
    revisions.append({"revision": revision, "updated": stamp, "status": status, "chart": "web-0.1.0", "app_version": "", "description": ""})
    write("history.json.new", json.dumps(revisions))
    os.rename(path("history.json.new"), path("history.json"))


# --- the cluster ---

def send(method, kind, name, body=None):
    import base64  # what takes long to load only where it is needed
    import http.client
    import re
    import ssl
    text = open(flag("--kubeconfig"), encoding="utf-8").read()
    server = re.search(r'server"?: ?"?https://127.0.0.1:(\d+)', text)[1]
    ca = base64.b64decode(re.search(r'certificate-authority-data"?: ?"?([A-Za-z0-9+/=]+)', text)[1]).decode()
    token = re.search(r'token"?: ?\W?(\w+)', text)[1]
    connection = http.client.HTTPSConnection("127.0.0.1", int(server), context=ssl.create_default_context(cadata=ca), timeout=30)
    where = PLURALS[kind] % f"namespaces/{flag('--namespace')}/"
    query = "?fieldManager=helm&force=true" if method == "PATCH" else ""
    connection.request(method, f"/{where}/{name}{query}", body,
                       {"Authorization": "Bearer " + token, "Content-Type": "application/apply-patch+yaml"})
    answer = connection.getresponse()
    if answer.status >= 300:
        raise SystemExit(f"Error: {method} {kind} {name}: {answer.status} {answer.read()[:300]}")


def each_object(text, method):
    import re
    for document in re.split(r"^---$", text, flags=re.M):
        if document.strip():
            send(method, re.search(r"^kind: (\w+)", document, re.M)[1], re.search(r"name: ([\w-]+)", document)[1],
                 document.strip() + "\n" if method == "PATCH" else None)


# --- verbs ---

def fail(text, revision=None):
    say(text, sys.stderr)
    if revision and any(r["revision"] == revision and r["status"].startswith("pending") for r in history()):
        record(revision, "failed")
    sys.exit(1)


def on_term(revision):
    def handler(*_):
        if read("on-term") == "ignore":
            return
        if "--atomic" in sys.argv or "--rollback-on-failure" in sys.argv:
            record(revision, "failed")
            record(revision + 1, "deployed")
        fail("Release web has been cancelled.\nError: UPGRADE FAILED: context canceled", revision)
    return handler


def wait_for(name):
    while not os.path.exists(path(name)):
        time.sleep(0.01)


UPGRADE = {
    "record": lambda rest, revision, kind: record(revision, kind),  # the pending record: from now on it can be read
    "apply": lambda rest, revision, kind: each_object(read("manifest"), "PATCH"),
    "unapply": lambda rest, revision, kind: each_object(read("manifest"), "DELETE"),
    "hooks": lambda rest, revision, kind: each_object(read("hooks"), "PATCH"),
    "unhook": lambda rest, revision, kind: each_object(read("hooks"), "DELETE"),
    "wait": lambda rest, revision, kind: wait_for(rest),  # until the test makes that file
    "make": lambda rest, revision, kind: write(rest, ""),
    "out": lambda rest, revision, kind: say(rest),
    "err": lambda rest, revision, kind: say(rest, sys.stderr),
    "deployed": lambda rest, revision, kind: record(revision, "deployed"),
    "fail": lambda rest, revision, kind: fail(rest, revision),
    "forever": lambda rest, revision, kind: wait_for("never"),
    "rollback": lambda rest, revision, kind: record(revision + 1, "deployed"),
    "die": lambda rest, revision, kind: os.kill(os.getpid(), signal.SIGKILL),
}


def upgrade():
    revision = max([r["revision"] for r in history()], default=0) + 1
    kind = "pending-upgrade" if history() else "pending-install"
    signal.signal(signal.SIGTERM, on_term(revision))
    for line in read("upgrade", "record\napply\ndeployed\n").splitlines():
        word, _, rest = line.partition(" ")
        UPGRADE[word](rest, revision, kind)


def get():
    revision = int(flag("--revision"))
    if not any(r["revision"] == revision for r in history()) or os.path.exists(path("unreadable")):
        fail("Error: release: not found")
    sys.stdout.write(read(sys.argv[2]))


def main():
    if sys.argv[1:2] == ["version"]:
        print(read("version", "v3.19.0"), end="")
        return
    write("calls", json.dumps(sys.argv[1:]) + "\n", "a")
    for word in sys.argv[1:]:
        name = word.rpartition("=")[2]
        if name.startswith("/") and os.path.isfile(name):
            write("seen", f"{word.rpartition('=')[0]} {oct(os.stat(name).st_mode & 0o777)} {open(name, encoding='utf-8').read()}\n", "a")
    if sys.argv[1] == "upgrade" and any(word.startswith("--dry-run") for word in sys.argv):
        if os.path.exists(path("try")):
            fail(read("try"))
        print(json.dumps({"name": "web", "version": len(history()) + 1, "config": {"password": "in-the-values"}, "manifest": read("manifest")}))
    elif sys.argv[1] == "upgrade":
        upgrade()
    elif sys.argv[1] == "history":
        if os.path.exists(path("no-history")):
            fail(read("no-history"))
        if not history():
            fail("Error: release: not found")
        print(json.dumps(history()))
    elif sys.argv[1] == "get":
        get()


main()
