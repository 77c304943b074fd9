# SPDX-License-Identifier: Apache-2.0
"""A simulated cluster for tests in Python, and TAP.

KSETTLE names the program under test (./ksettle)."""

import base64
import http.client
import json
import os
import re
import ssl
import subprocess
import tempfile
import time

import record

PROGRAM = os.environ.get("KSETTLE", "./ksettle")
PATIENCE = 30  # real seconds until a condition that should come counts as failed
count = failed = 0


def ok(passed, name, *why):
    global count, failed
    count += 1
    print(f"{'ok' if passed else 'not ok'} {count} - {name}", flush=True)
    if not passed:
        failed += 1
        for line in why:
            print("#", line if isinstance(line, str) else json.dumps(line), flush=True)
    return passed


def same(got, want, name):
    return ok(got == want, name, f"got  {got!r}", f"want {want!r}")


def done():
    """Prints the plan; whether something failed."""
    print(f"1..{count}")
    return failed != 0


class Sim:
    """A simulated cluster with the interface of record.Server."""

    def __init__(self, scenario="{}", speed=10):
        self.folder = tempfile.TemporaryDirectory()
        self.kubeconfig = os.path.join(self.folder.name, "kubeconfig")
        path = os.path.join(self.folder.name, "scenario.yaml")
        with open(path, "w") as file:
            file.write(scenario)
        self.process = subprocess.Popen(
            [PROGRAM, "sim", "--kubeconfig", self.kubeconfig, "--scenario", path, "--speed", str(speed)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.ready = self.process.stdout.readline()
        with open(self.kubeconfig) as file:
            text = file.read()
        self.port = int(re.search(r"server: \S+:(\d+)", text)[1])
        self.token = re.search(r"token: \W?(\w+)", text)[1]
        self.ca = base64.b64decode(re.search(r"certificate-authority-data: (\S+)", text)[1]).decode()
        self.context = ssl.create_default_context(cadata=self.ca)

    def connect(self, host="127.0.0.1", context=None, timeout=20):
        return http.client.HTTPSConnection(host, self.port, context=context or self.context, timeout=timeout)

    def ask(self, method, path, body=None, headers=None, anonymous=False, timeout=20):
        connection = self.connect(timeout=timeout)
        if body is not None and not isinstance(body, str):
            body = json.dumps(body)
        sent = dict(headers or {})
        if not anonymous:
            sent["Authorization"] = f"Bearer {self.token}"
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        try:
            value = json.loads(text)
        except ValueError:
            value = text
        return {"code": answer.status, "type": answer.headers["Content-Type"], "body": value, "headers": answer.headers}

    apply = record.Server.apply

    def get(self, path):
        return self.ask("GET", path)["body"]

    def items(self, path):
        return self.get(path)["items"]

    def wait(self, path, condition, patience=PATIENCE):
        """The object at path when the condition holds; None if it never does."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            body = self.get(path)
            try:
                if condition(body):
                    return body
            except (KeyError, IndexError, TypeError):
                pass
            time.sleep(0.03)
        return None

    def close(self):
        if not self.process.stdin.closed:
            self.process.stdin.close()
            self.process.wait(10)
            self.process.stdout.close()
            self.folder.cleanup()
        return self.process.returncode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
