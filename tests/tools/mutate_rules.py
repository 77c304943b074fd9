#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How good are the cases of tests/rules? Weakens the rules one place at a time, rebuilds that file, runs
test_rules, and tells which changes no case noticed. On demand, not part of make check:

    tests/tools/mutate_rules.py [-j JOBS] [--sample N] [--strings] [FILE.c ...]
"""
import argparse
import concurrent.futures
import os
import random
import re
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CC = os.environ.get("CC", "gcc")
FLAGS = ["-std=gnu11", "-O0", "-w", "-D_GNU_SOURCE", "-I" + os.path.join(TOP, "src"), "-I" + TOP]
LIBS = ["-ljansson", "-lyaml"]

OPERATORS = [
    (r"==", ["!="]), (r"!=", ["=="]), (r"<=", ["<"]), (r">=", [">"]),
    (r"(?<= )<(?= )", ["<=", ">"]), (r"(?<= )>(?= )", [">=", "<"]),
    (r"&&", ["||"]), (r"\|\|", ["&&"]), (r"(?<= )\+(?= )", ["-"]), (r"(?<= )-(?= )", ["+"]),
    (r"\btrue\b", ["false"]), (r"\bfalse\b", ["true"]),
    (r"(?<=[(&| ])!(?=[a-z(])", [""]), (r"\bif \((?!!)(?=[^;]*$)", ["if (!"]),
    (r"\bSEVERITY_SOFT\b", ["SEVERITY_HARD"]), (r"\bSEVERITY_HARD\b", ["SEVERITY_SOFT"]),
    (r"\bSTATUS_IN_PROGRESS\b", ["STATUS_SUCCESS"]), (r"\bSTATUS_SUCCESS\b", ["STATUS_IN_PROGRESS"]),
    (r"\bTRUTH_TRUE\b", ["TRUTH_FALSE"]), (r"\bTRUTH_FALSE\b", ["TRUTH_TRUE"]),
    (r"\bTRUTH_STALE\b", ["TRUTH_UNKNOWN"]), (r"\bFAMILY_(?!NONE)[A-Z]+\b", ["FAMILY_NONE"]),
]
STRINGS = [(r'(?<=")[A-Za-z][^"\\%]*(?=")', ["~"])]


def mutants(path, strings):
    """(line number, new line) for each place; comments and the lines of the preprocessor are left alone."""
    lines = open(path, encoding="utf-8").read().split("\n")
    comment = False
    for number, line in enumerate(lines):
        begins = line.lstrip().startswith(("/*", "* ", "#"))
        comment = (comment or "/*" in line) and "*/" not in line
        if begins or comment or line.startswith("static const") and "(" in line:
            continue
        for pattern, changes in STRINGS if strings else OPERATORS:
            for m in re.finditer(pattern, line):
                if not strings and line[:m.start()].count('"') % 2:
                    continue
                for change in changes:
                    yield number, line[:m.start()] + change + line[m.end():]
        # a row of a table
        if not strings and re.match(r'^\t+\{ ".*\},$', line):
            yield number, ""


def run(command, **more):
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=10, **more).returncode


def sources():
    test = [os.path.join(TOP, "tests/unit/test_rules.c")]
    for module in "base", "rules":
        folder = os.path.join(TOP, "src", module)
        test += [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.endswith(".c")]
    return test


def try_one(job):
    path, number, line, objects, work = job
    lines = open(path, encoding="utf-8").read().split("\n")
    lines[number] = line
    with tempfile.TemporaryDirectory(dir=work) as own:
        changed, binary = os.path.join(own, os.path.basename(path)), os.path.join(own, "test")
        with open(changed, "w", encoding="utf-8") as f:
            f.write("\n".join(lines))
        if run([CC, *FLAGS, "-c", "-o", changed + ".o", changed]) != 0:
            return job, "invalid"
        others = [o for source, o in objects.items() if source != path]
        if run([CC, "-o", binary, changed + ".o", *others, *LIBS]) != 0:
            return job, "invalid"
        try:
            code = run([binary], cwd=TOP, env={**os.environ, "srcdir": TOP, "RULES_CASES_ONLY": "1"})
        except subprocess.TimeoutExpired:
            code = 1
        return job, "survived" if code == 0 else "killed"


def main():
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("-j", type=int, default=1)
    args.add_argument("--sample", type=int, default=0, help="try only N of them, picked at random")
    args.add_argument("--strings", action="store_true", help="change strings instead of operators")
    args.add_argument("files", nargs="*")
    args = args.parse_args()
    with tempfile.TemporaryDirectory() as work:
        objects = {}
        for source in sources():
            objects[source] = os.path.join(work, source.replace("/", "_") + ".o")
            if run([CC, *FLAGS, "-c", "-o", objects[source], source]) != 0:
                sys.exit("cannot compile " + source)
        jobs = [(path, number, line, objects, work) for path in objects
                if "/src/rules/" in path and (not args.files or os.path.basename(path) in args.files)
                for number, line in mutants(path, args.strings)]
        if args.sample:
            jobs = random.Random(1).sample(jobs, min(args.sample, len(jobs)))
        tally = {"killed": 0, "survived": 0, "invalid": 0}
        with concurrent.futures.ThreadPoolExecutor(args.j) as pool:
            for (path, number, line, *_), end in pool.map(try_one, jobs):
                tally[end] += 1
                if end == "survived":
                    print(f"{os.path.relpath(path, TOP)}:{number + 1}: {line.strip() or '(row removed)'}", flush=True)
        tried = tally["killed"] + tally["survived"]
        print(f"{tally['killed']} of {tried} noticed ({100 * tally['killed'] // max(tried, 1)} %), "
              f"{tally['invalid']} did not compile")


if __name__ == "__main__":
    main()
