#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How good are the cases of tests/rules? Weakens the rules one place at a time (a condition negated or dropped, < for
<=, || for &&, a statement, a row of a table or a case of a switch left out, a constant or a word changed), rebuilds
that file, runs the rules' tests, and tells which changes no test noticed. Not part of make check: `make mutants`.

    tests/mutants.py [-j JOBS] [--sample N] [--list] [FILE.c ...]      files of src/rules; none: all of them

The same sources give the same mutants in the same order. One takes about a third of a second of one processor, all of
them about 15 minutes on two, one file under a minute; each is given up, and counts as noticed, after 10 seconds.
tests/mutants.equivalent names those that cannot be noticed, and why: they do not count. The exit code is 0 if 97 % of
the others were.
"""
import argparse
import collections
import concurrent.futures
import os
import random
import re
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CC = os.environ.get("CC", "gcc").split()
FLAGS = ["-std=gnu11", "-O0", "-w", "-D_GNU_SOURCE", "-I" + os.path.join(TOP, "src"), "-I" + TOP]
LIBS = ["-ljansson", "-lyaml"]
EQUIVALENT = os.path.join(TOP, "tests/mutants.equivalent")
GOAL = 97
PATIENCE = 10

# In code, outside of strings: what is found, and what stands there instead.
CODE = [
    (r"==", ["!="]), (r"!=", ["=="]), (r"<=", ["<", ">"]), (r">=", [">", "<"]),
    (r"(?<= )<(?= )", ["<=", ">"]), (r"(?<= )>(?= )", [">=", "<"]),
    (r"&&", ["||"]), (r"\|\|", ["&&"]), (r"(?<= )\+(?= )", ["-"]), (r"(?<= )-(?= )", ["+"]),
    (r"\btrue\b", ["false"]), (r"\bfalse\b", ["true"]), (r"(?<=[(&| ])!(?=[a-z(])", [""]),
    (r"\bSEVERITY_SOFT\b", ["SEVERITY_HARD"]), (r"\bSEVERITY_HARD\b", ["SEVERITY_SOFT"]),
    (r"\bSEVERITY_DEADLINE\b", ["SEVERITY_SOFT"]),
    (r"\bSTATUS_IN_PROGRESS\b", ["STATUS_SUCCESS"]), (r"\bSTATUS_SUCCESS\b", ["STATUS_IN_PROGRESS"]),
    (r"\bSTATUS_ERROR\b", ["STATUS_IN_PROGRESS"]),
    (r"\bTRUTH_TRUE\b", ["TRUTH_FALSE"]), (r"\bTRUTH_FALSE\b", ["TRUTH_TRUE"]),
    (r"\bTRUTH_STALE\b", ["TRUTH_UNKNOWN"]), (r"\bTRUTH_ABSENT\b", ["TRUTH_UNKNOWN"]),
    (r"\bFAMILY_(?!NONE)[A-Z]+\b", ["FAMILY_NONE"]),
    (r"(?<![\w.\[\"])\d+(?![\w.\]\"])", [lambda m: str(int(m.group()) + 1)]),
    (r"\bcontinue;", [";"]), (r"\bbreak;", [";"]),
]
# A string: its first character changed. One that is a list of words (src/rules/words.h): each of them.
STRING = r'(?<=")[A-Za-z%][^"\\]*(?=")'
LIST = r'"( ?(?:[a-z]+ )+)"'

Mutant = collections.namedtuple("Mutant", "path first last text what")


def in_string(line, at):
    return line[:at].replace('\\"', "").count('"') % 2


def code_lines(lines):
    """The numbers of the lines that are code: no comment, preprocessor, or declaration of a function."""
    comment = False
    for number, line in enumerate(lines):
        stripped = line.lstrip()
        begins = stripped.startswith(("/*", "* ", "*/", "#", "static_assert"))
        comment = (comment or "/*" in line) and "*/" not in line
        if not (begins or comment or not stripped or (line[0] not in "\t}" and line.endswith((")", ",", "{")) and "[]" not in line)):
            yield number


def nothing_to_see(line, m, change):
    """The end of a loop over a table or a list, where one more is none or undefined, and the larger of two equals."""
    after = line[m.end():]
    if (m.group(), change) == ("<", "<="):
        return bool(re.match(r" (ARRAY_LEN\(|json_array_size\(|\w+->n;)", after))
    if (m.group(), change) == (">", ">="):
        words = re.search(r"([\w.\->]+) $", line[:m.start()]), re.match(r" ([\w.\->]+) \? ([\w.\->]+) : ([\w.\->]+);", after)
        return all(words) and (words[0].group(1), words[1].group(1)) == (words[1].group(2), words[1].group(3))
    return False


def conditions(lines, number):
    """An if from its line to where its bracket closes: (last line, the condition's text)."""
    m = re.match(r"^(\t+(?:\} )?(?:else )?if )\(", lines[number])
    if not m:
        return
    depth, text = 0, ""
    for last in range(number, min(number + 12, len(lines))):
        for at, c in enumerate(lines[last]):
            if last == number and at < len(m.group(1)):
                continue
            if not in_string(lines[last], at):
                depth += (c == "(") - (c == ")")
            text += c
            if depth == 0:
                yield last, m.group(1), text, lines[last][at + 1:]
                return
        text += "\n"


def statement(lines, number):
    """The last line of a call that stands alone: nothing needs what it returns. That memory is freed is another
    test's to see."""
    if re.search(r"free\(|_release\(|_decref\(|va_end\(", lines[number]):
        return None
    if not re.match(r"^\t+[a-z]\w*\(", lines[number]) and not re.match(r"^\t+[a-z][\w>.\-\[\]]* [|+]?= ", lines[number]):
        return None
    for last in range(number, min(number + 8, len(lines))):
        if lines[last].endswith(";"):
            return last
        if lines[last].endswith("{"):
            return None
    return None


def mutants(path):
    lines = open(path, encoding="utf-8").read().split("\n")
    for number in code_lines(lines):
        line = lines[number]

        def on_line(start, end, change, what, line=line, number=number):
            return Mutant(path, number, number, line[:start] + change + line[end:], what)

        for pattern, changes in CODE:
            for m in re.finditer(pattern, line):
                if in_string(line, m.start()) or (m.group().isdigit() and re.search(r"\b(char|struct)\b.*\[|SIZE", line)):
                    continue
                for change in changes:
                    change = change(m) if callable(change) else change
                    if nothing_to_see(line, m, change):
                        continue
                    yield on_line(m.start(), m.end(), change, f"{m.group()} -> {change or 'nothing'}")
        for last, head, text, tail in conditions(lines, number) or ():
            for change, what in ((f"(!{text})", "negated"), ("(0)", "never"), ("(1)", "always")):
                yield Mutant(path, number, last, head + change + tail, "if: " + what)
        for m in re.finditer(STRING, line):
            if in_string(line, m.start()):
                yield on_line(m.start(), m.end(), "~" + m.group()[1:], f'"{m.group()}" changed')
        for string in re.finditer(LIST, line):
            for m in re.finditer("[a-z]+", string.group(1)) if not re.search(r"%|\bif\b", line) else ():
                at = string.start(1) + m.start()
                yield on_line(at, at + len(m.group()), "~", f"word {m.group()} left out")
        last = statement(lines, number)
        if last is not None:
            yield Mutant(path, number, last, re.match(r"^\t+", line).group() + ";", "statement left out")
        if re.match(r'^\t+\{ ".*\},$', line):
            yield Mutant(path, number, number, "", "row left out")


def run(command, **more):
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more).returncode


class Build:
    """Every object once; a mutant needs one of them anew."""

    def __init__(self, work):
        self.work, self.objects = work, {}
        shared = [os.path.join(TOP, "src", folder, name) for folder in ("base", "rules")
                  for name in sorted(os.listdir(os.path.join(TOP, "src", folder))) if name.endswith(".c")]
        unit = os.path.join(TOP, "tests/unit")
        self.tests = {"test_rules": [os.path.join(unit, name) for name in ("test_rules.c", "rule_case.c", "rule_match.c", "rule_mutate.c")],
                      "test_rules_data": [os.path.join(unit, "test_rules_data.c")]}
        self.shared = shared
        for source in shared + [s for own in self.tests.values() for s in own]:
            self.objects[source] = os.path.join(work, source.replace("/", "_") + ".o")
            if run([*CC, *FLAGS, "-c", "-o", self.objects[source], source]) != 0:
                sys.exit("cannot compile " + source)

    def passes(self, test, changed, changed_object, folder):
        binary = os.path.join(folder, test)
        others = [self.objects[s] for s in self.shared + self.tests[test] if s != changed]
        if run([*CC, "-o", binary, *([changed_object] if changed_object else []), *others, *LIBS]) != 0:
            return None
        try:
            return run([binary], cwd=TOP, timeout=PATIENCE, env={**os.environ, "srcdir": TOP, "RULES_CASES_ONLY": "1"}) == 0
        except subprocess.TimeoutExpired:
            return False

    def try_one(self, mutant):
        lines = open(mutant.path, encoding="utf-8").read().split("\n")
        lines[mutant.first:mutant.last + 1] = [mutant.text]
        with tempfile.TemporaryDirectory(dir=self.work) as own:
            source = os.path.join(own, os.path.basename(mutant.path))
            with open(source, "w", encoding="utf-8") as f:
                f.write("\n".join(lines))
            if run([*CC, *FLAGS, "-c", "-o", source + ".o", source]) != 0:
                return "invalid"
            for test in self.tests:
                if test == "test_rules_data" and not os.path.basename(mutant.path).startswith("data"):
                    continue
                passed = self.passes(test, mutant.path, source + ".o", own)
                if not passed:
                    return "invalid" if passed is None else "killed"
        return "survived"


def name_of(mutant, lines):
    """What tests/mutants.equivalent calls it: no line numbers, which change."""
    return f"{os.path.basename(mutant.path)}: {lines[mutant.first].strip()} [{mutant.what}]"


def read_equivalent():
    with open(EQUIVALENT, encoding="utf-8") as f:
        return {line.strip() for line in f if line.strip() and not line.startswith("#")}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-j", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--sample", type=int, default=0, help="only N of them, the same ones each time")
    parser.add_argument("--list", action="store_true", help="print them and try none")
    parser.add_argument("files", nargs="*")
    args = parser.parse_args()
    folder = os.path.join(TOP, "src/rules")
    names = [os.path.basename(f) for f in args.files] or sorted(n for n in os.listdir(folder) if n.endswith(".c"))
    todo = [m for name in names for m in mutants(os.path.join(folder, name))]
    if args.sample:
        todo = random.Random(1).sample(todo, min(args.sample, len(todo)))
    sources = {m.path: open(m.path, encoding="utf-8").read().split("\n") for m in todo}
    if args.list:
        for m in todo:
            print(f"{os.path.relpath(m.path, TOP)}:{m.first + 1}: {name_of(m, sources[m.path])}")
        return 0
    equivalent, files, tally = read_equivalent(), collections.defaultdict(collections.Counter), collections.Counter()
    with tempfile.TemporaryDirectory() as work, concurrent.futures.ThreadPoolExecutor(args.j) as pool:
        build = Build(work)
        for test in build.tests:
            if not build.passes(test, None, None, work):
                sys.exit(f"{test} fails without any change")
        for mutant, end in zip(todo, pool.map(build.try_one, todo)):
            name = name_of(mutant, sources[mutant.path])
            if end == "survived" and name in equivalent:
                end = "equivalent"
            if end == "survived":
                print(f"survived: {os.path.relpath(mutant.path, TOP)}:{mutant.first + 1}: {name}", flush=True)
            files[os.path.basename(mutant.path)][end] += 1
            tally[end] += 1
    score = 100 * tally["killed"] / max(tally["killed"] + tally["survived"], 1)
    print(f"{'file':24} {'noticed':>8} {'survived':>8} {'equivalent':>10} {'no C':>6}")
    for name, counts in [*sorted(files.items()), ("all", tally)]:
        print(f"{name:24} {counts['killed']:8} {counts['survived']:8} {counts['equivalent']:10} {counts['invalid']:6}")
    print(f"score: {score:.1f} %")
    return 0 if score >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
