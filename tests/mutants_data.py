#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How good are the cases of the rules as data? Weakens rules.d one place at a time, lets test_rules judge
the cases of that file by it, and tells which changes no case noticed. On demand, not part of make check:

    tests/mutants_data.py [-j JOBS] [--least PERCENT] [NAME ...]      NAME: cert-manager, flux, ...
"""
import argparse
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile

import yaml

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TEST = os.environ.get("TEST_RULES") or os.path.join(TOP, "tests/unit/test_rules")
ALWAYS = {"field": "apiVersion", "is": "present"}
OTHER_TRUTH = {"True": "False", "False": "True", "Unknown": "True", "Absent": "True", "Stale": "True"}
OTHER_PRESENCE = {"present": "absent", "absent": "present", "full": "present"}


class Plain(str):
    """A scalar that stood without quotes: true and 1 are no texts."""


def read(node, seen):
    """The file as lists and dictionaries; what an alias names is the same object as its anchor."""
    if id(node) in seen:
        return seen[id(node)]
    if isinstance(node, yaml.MappingNode):
        value = seen[id(node)] = {}
        for key, item in node.value:
            value[key.value] = read(item, seen)
    elif isinstance(node, yaml.SequenceNode):
        value = seen[id(node)] = []
        value.extend(read(item, seen) for item in node.value)
    else:
        value = seen[id(node)] = Plain(node.value) if node.style is None else node.value
    return value


def text(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)}: {text(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(text(v) for v in value) + "]"
    if isinstance(value, Plain) and re.fullmatch(r"true|false|\d+", value):
        return value
    return json.dumps(value)


class Change:
    """container[key] becomes value, or goes where there is none, while it is entered."""
    GONE = object()

    def __init__(self, what, container, key, value=GONE, **more):
        self.what, self.container, self.key, self.value, self.more = what, container, key, value, more

    def __enter__(self):
        self.copy = self.container.copy()
        if self.value is Change.GONE:
            del self.container[self.key]
        else:
            self.container[self.key] = self.value
        if self.more:
            self.container.update(self.more)

    def __exit__(self, *_):
        self.container.clear()
        (self.container.update if isinstance(self.container, dict) else self.container.extend)(self.copy)


def words(where, container, key, other):
    """Each word of a list goes; a single one becomes another."""
    value = container[key]
    if isinstance(value, list) and len(value) > 1:
        for i, word in enumerate(value):
            yield Change(f"{where} {key} without {word}", value, i)
    elif isinstance(value, list):
        yield Change(f"{where} {key} other than {value[0]}", value, 0, other(value[0]))
    else:
        yield Change(f"{where} {key} other than {value}", container, key, other(value))


def longer(word):
    return Plain({"true": "false", "false": "true"}.get(word, word)) if word in ("true", "false") else \
        Plain(str(int(word) + 1)) if re.fullmatch(r"\d+", word) else word + "x"


def elsewhere(path):
    return path[:-1] + "x]" if path.endswith("]") else path + "x"


def of_number(where, test):
    here, there = ("below", "at-least") if "below" in test else ("at-least", "below")
    bound = {there: test[here], **({"default": test["default"]} if "default" in test else {})}
    yield Change(f"{where} {there}", test, here, **{there: test[here]})
    yield Change(f"{where} number of another field", test, "number", elsewhere(test["number"]))
    yield Change(f"{where} other bound", test, here, longer(bound[there]))
    if "default" in test:
        yield Change(f"{where} other default", test, "default", longer(test["default"]))


def of_test(where, container, key):
    test = container[key]
    if "all" in test or "any" in test:
        items = test.get("all", test.get("any"))
        for i in range(len(items)):
            if len(items) > 1:
                yield Change(f"{where} without its test {i + 1}", items, i)
            yield from of_test(f"{where}.{i + 1}", items, i)
    elif "not" in test:
        yield Change(f"{where} without not", container, key, test["not"])
        yield from of_test(f"{where} not", test, "not")
    elif "number" in test:
        yield from of_number(where, test)
    elif "condition" in test:
        yield Change(f"{where} of another condition", test, "condition", test["condition"] + "x")
        yield from words(where, test, "is", OTHER_TRUTH.get)
        for part in "reason", "severity":
            if part in test:
                yield from words(where, test, part, longer)
                yield Change(f"{where} of any {part}", test, part)
        if "of" in test:
            yield Change(f"{where} of the object", test, "of")
    else:
        yield Change(f"{where} of another field", test, "field", elsewhere(test["field"]))
        if "is" in test:
            yield Change(f"{where} is {OTHER_PRESENCE[test['is']]}", test, "is", OTHER_PRESENCE[test["is"]])
        else:
            yield from words(where, test, "in" if "in" in test else "equals", longer)


def of_case(where, case):
    if "suspend" in case:
        yield Change(f"{where} suspended by another field", case, "suspend", elsewhere(case["suspend"]))
        if "equals" in case:
            yield from words(where, case, "equals", longer)
        return
    why = {"reason": case.get("reason", "X"), "message": case.get("message", "x")}
    for status in {"Success": ["InProgress"], "InProgress": ["Success", "Error"], "Error": ["InProgress"]}[case["status"]]:
        if "severity" not in case:
            yield Change(f"{where} is {status}", case, "status", status, **why)
    if case["status"] == "Error":
        severity = "soft" if case.get("severity") == "hard" else "hard"
        yield Change(f"{where} is {severity}", case, "severity", severity)
    if "note" in case:
        yield Change(f"{where} without a note", case, "note")
    if "when" in case:
        yield Change(f"{where} always", case, "when", ALWAYS)
        yield from of_test(where, case, "when")


def of_rule(rule, seen):
    kinds = rule.get("kinds", ["*"])
    where = f"{rule['group']} {'/'.join(kinds[:2])}{'…' if len(kinds) > 2 else ''}"
    if len(kinds) > 1 and id(kinds) not in seen:
        yield from words(where, rule, "kinds", longer)
    for part in "needs", "passive", "own-generation":
        if part == "needs" and part in rule and id(rule[part]) not in seen:
            yield from words(where, rule, part, longer)
        elif part == "own-generation" and part in rule:
            yield Change(f"{where} without {part}", rule, part)
    cases = rule.get("cases", [])
    for i, case in enumerate(cases if id(cases) not in seen else []):
        name = f"{where} case {i + 1}"
        if len(cases) > 1:
            yield Change(f"{name} missing", cases, i)
        if id(case) not in seen:
            yield from of_case(name, case)
        seen.add(id(case))
    seen.update(id(rule.get(part)) for part in ("kinds", "needs", "cases") if rule.get(part))


def mutants(document):
    seen, rules = set(), document["rules"]
    for i, rule in enumerate(rules):
        yield Change(f"{rule['group']} {'/'.join(rule.get('kinds', ['*']))[:60]} missing", rules, i)
        yield from of_rule(rule, seen)


def notices(name, rules):
    """Do the cases of that file fail with these rules?"""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, name + ".yaml"), "w", encoding="utf-8") as f:
            f.write(rules)
        done = subprocess.run([TEST], cwd=TOP, timeout=30, capture_output=True, text=True, errors="replace", check=False,
                              env={**os.environ, "srcdir": TOP, "RULES_CASES_ONLY": "1", "RULES_DIR": folder,
                                   "RULES_CASES": f"data-{name}.case"})
    invalid = re.search(rf"^# .*{re.escape(name)}\.yaml:\d+:\d+: .*$", done.stdout, re.M)
    return invalid.group(0) if invalid else done.returncode != 0


def jobs_of(name):
    with open(os.path.join(TOP, "rules.d", name + ".yaml"), encoding="utf-8") as f:
        document = read(yaml.compose(f), {})
    if notices(name, text(document)):
        sys.exit(f"{name}: the cases fail without any change")
    for change in mutants(document):
        with change:
            yield name, change.what, text(document)


def main():
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("-j", type=int, default=2)
    args.add_argument("--least", type=int, default=0, help="fail below so many percent")
    args.add_argument("names", nargs="*")
    args = args.parse_args()
    names = args.names or sorted(f[:-5] for f in os.listdir(os.path.join(TOP, "rules.d")) if f.endswith(".yaml"))
    jobs = [job for name in names for job in jobs_of(name)]
    tried = noticed = 0
    with concurrent.futures.ThreadPoolExecutor(args.j) as pool:
        for (name, what, _), end in zip(jobs, pool.map(lambda job: notices(job[0], job[2]), jobs)):
            if isinstance(end, str):
                print(f"{name}: {what}: no rule any more: {end}", flush=True)
                continue
            tried += 1
            noticed += end
            if not end:
                print(f"{name}: {what}", flush=True)
    percent = 100 * noticed / max(tried, 1)
    print(f"rules as data: {noticed} of {tried} changes noticed ({percent:.1f} %)")
    return percent < args.least


if __name__ == "__main__":
    sys.exit(main())
