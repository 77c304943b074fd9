#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plans that are wrong, as data: tests/plan/broken/NN-NAME.yaml is refused with the lines of NN-NAME.want and nothing else, with
exit code 2, whether it is run or checked, and the cluster stays as it was. UPDATE_GOLDEN=1 writes the lines. TAP."""

import glob
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import SRC, Run, Sim, case, main, ok, same  # noqa: E402

FOLDER = os.path.join(SRC, "tests/plan/broken")
PLANS = sorted(glob.glob(os.path.join(FOLDER, "*.yaml")))
HIDDEN = "swordfish-4711"
ENV = {"KSETTLE_TEST_SECRET": HIDDEN, "KSETTLE_TEST_ABSENT": None}
SHARES = 4  # that run side by side


def refused(plan, sim):
    """The lines that a check says."""
    with Run("run", "--check", plan, sim=sim, env=ENV) as run:
        same(run.wait(), 2, f"{os.path.basename(plan)} is refused", *run.out.splitlines(), *run.err.splitlines())
        same(run.out, "", "and says nothing else")
        ok(run.record("journal.jsonl") is None, "and leaves no record")
        return run.err.replace(FOLDER + "/", "").splitlines()


def version(sim):
    """It moves with every change of anything."""
    return sim.ask("/api/v1/configmaps")["metadata"]["resourceVersion"]


def check(plan, sim):
    want_path = plan[:-len("yaml")] + "want"
    before = version(sim)
    lines = refused(plan, sim)
    if os.environ.get("UPDATE_GOLDEN"):
        with open(want_path, "w", encoding="utf-8") as file:
            file.write("".join(line + "\n" for line in lines))
    with open(want_path, encoding="utf-8") as file:
        same(lines, file.read().splitlines(), f"{os.path.basename(plan)}: in these words")
    ok(lines and all(line.startswith("ksettle: ") for line in lines), "each mistake is a line")
    with Run("run", plan, "-o", "plain", sim=sim, env=ENV) as run:
        same(run.wait(), 2, "a run of it is refused", *run.out.splitlines(), *run.err.splitlines())
        said = run.out + run.err + "".join(map(str, run.journal()))
        ok(all(line.removeprefix("ksettle: ") in said.replace(FOLDER + "/", "") for line in lines), "in the same words", said)
        ok(HIDDEN not in said + "".join(lines), "no value of a Secret is shown")
        ok("\x1b" not in run.out + run.err, "no escape sequence comes through")
    same(version(sim), before, "nothing was changed")


def share(n):
    def broken():
        with Sim() as sim:
            for plan in PLANS[n::SHARES]:
                check(plan, sim)
    broken.__name__ = f"share {n + 1}"
    return broken


for n in range(SHARES):
    case(share(n))

if __name__ == "__main__":
    main()
