# SPDX-License-Identifier: Apache-2.0
"""The shapes of the journal's events and of the snapshot (DESIGN.md §7), and what in a value is not so."""

import json
import re


def text(v):
    return isinstance(v, str)


def maybe(check):
    return lambda v: v is None or check(v)


def integer(v):
    return isinstance(v, int) and not isinstance(v, bool)


def number(v):
    return isinstance(v, (int, float)) and not isinstance(v, bool)


def truth(v):
    return isinstance(v, bool)


def moment(v):
    return text(v) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", v) is not None


def server_time(v):
    return text(v) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", v) is not None


def one_of(*words):
    return lambda v: v in words


def each(shape):
    return lambda v: isinstance(v, list) and all(mistakes(shape, x) == [] for x in v)


def strings(v):
    return isinstance(v, list) and all(map(text, v))


def columns(v):
    return isinstance(v, dict) and all(map(text, v.values()))


def mistakes(shape, value, where=""):
    """What in value is not as the shape (a function, or a dict of them) has it."""
    if callable(shape):
        return [] if shape(value) else [f"{where}: {json.dumps(value)[:300]}"]
    if not isinstance(value, dict):
        return [f"{where}: no object"]
    found = [f"{where}.{key}: missing" for key in shape if key not in value]
    return found + [m for key in shape if key in value for m in mistakes(shape[key], value[key], f"{where}.{key}")]


VERDICTS = ("succeeded", "failed", "timedOut", "canceled", "interrupted", "skipped", "notVerified")
STATUS = one_of("InProgress", "Success", "Error", "TimedOut")
CLUSTER = {"context": text, "server": text, "version": text}
VERIFY = {"mode": one_of("objects", "helm", "none"), "timeoutSeconds": maybe(number), "stabilizationSeconds": maybe(number),
          "waitForJobs": truth, "failEarly": maybe(one_of("standalone", "any", "never")), "graceSeconds": number}
CONDITIONS = each({"type": text, "status": text, "reason": maybe(text), "message": maybe(text), "lastTransitionTime": maybe(server_time)})
EVENTS = each({"type": text, "reason": maybe(text), "message": maybe(text), "count": integer, "firstAt": maybe(server_time), "lastAt": maybe(server_time)})
LOGS = each({"container": text, "previous": truth, "lines": strings})
OBJECT = {"step": integer, "id": text, "apiVersion": text, "kind": text, "namespace": maybe(text), "name": text, "uid": maybe(text)}
APPLY = maybe(one_of("created", "changed", "unchanged", "failed", "notTried"))
JOURNAL = {
    "run.start": {"run": text, "plan": text, "version": text, "pid": integer, "steps": each({"name": text, "type": text})},
    "step.start": {"step": integer, "cluster": CLUSTER, "verify": VERIFY},
    "object.applied": {**OBJECT, "apply": APPLY, "manifest": maybe(text), "warnings": strings},
    "object.seen": {**OBJECT, "owner": maybe(text), "applied": truth, "createdAt": maybe(server_time)},
    "object.status": {"step": integer, "id": text, "status": STATUS, "reason": maybe(text), "message": maybe(text), "note": maybe(text),
                      "columns": columns, "conditions": CONDITIONS, "replaced": truth, "stale": truth},
    "object.detail": {"step": integer, "id": text, "events": EVENTS, "logs": LOGS},
    "object.removed": {"step": integer, "id": text, "why": text},
    "step.stabilizing": {"step": integer, "since": moment, "need": number},
    "step.unsettled": {"step": integer, "id": text, "why": text},
    "step.output": {"step": integer, "stream": one_of("stdout", "stderr"), "lines": strings},
    "step.verdict": {"step": integer, "verdict": one_of(*VERDICTS), "reason": maybe(text), "exitCode": integer},
    "run.end": {"verdict": one_of(*VERDICTS), "exitCode": integer},
    "connection": {"step": integer, "state": one_of("live", "retrying", "stale"), "since": moment, "message": maybe(text)},
    "warning": {"step": integer, "id": maybe(text), "message": text},
}
CONTAINERS = each({"name": text, "image": maybe(text), "init": truth, "state": one_of("waiting", "running", "terminated"), "reason": maybe(text),
                   "message": maybe(text), "ready": truth, "restarts": integer, "exitCode": maybe(integer)})
POD = {"node": maybe(text), "containers": CONTAINERS}
# Fields that are not always there: an old revision's row, a Pod's node and, when it is in trouble, its containers.
SOMETIMES = {"object.status": {"outdated": one_of(True), "pod": POD}}
SNAPSHOT = {
    "schema": one_of("ksettle.snapshot/1"),
    "run": {"id": text, "plan": text, "startedAt": moment, "endedAt": moment, "verdict": one_of(*VERDICTS), "exitCode": integer, "version": text},
    "steps": lambda v: isinstance(v, list) and len(v) > 0,
}
STEP = {"name": text, "type": text, "verdict": one_of(*VERDICTS), "reason": maybe(text), "startedAt": maybe(moment), "endedAt": maybe(moment),
        "exitCode": integer, "warnings": strings, "cluster": {k: maybe(text) for k in CLUSTER}, "objects": lambda v: isinstance(v, list)}
ROW = {"id": text, "apiVersion": text, "kind": text, "namespace": maybe(text), "name": text, "uid": maybe(text), "owner": maybe(text),
       "applied": truth, "apply": APPLY, "status": maybe(STATUS), "reason": maybe(text), "message": maybe(text), "note": maybe(text),
       "columns": columns, "createdAt": maybe(server_time), "replaced": truth, "stale": truth, "manifest": maybe(text),
       "conditions": CONDITIONS, "events": EVENTS, "logs": LOGS,
       "timeline": each({"at": moment, "status": STATUS, "reason": maybe(text), "message": maybe(text)})}
