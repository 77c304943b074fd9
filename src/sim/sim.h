/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The simulated cluster, the hidden command `ksettle sim`: a small Kubernetes API server on
 * loopback with controllers that follow a scenario file (examples/demo/README.md says what
 * one may hold). argv[0] is the command's own name.
 *
 *   --kubeconfig PATH   where to write how to reach it (0600)
 *   --scenario FILE     none: everything succeeds
 *   --speed N           simulated seconds per second (1)
 *   --port N            0, the default: any free one
 *
 * Prints "ready https://127.0.0.1:PORT" once it answers and serves until its standard input
 * ends or SIGTERM comes; SIGINT is ignored, because a terminal sends it to the parent too.
 * Returns the exit code: 0, 1 (the system refused something), 2 (command line or scenario). */
int sim_main(int argc, char **argv);
