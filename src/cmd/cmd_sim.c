/* SPDX-License-Identifier: Apache-2.0 */
/* ksettle sim: the simulated cluster as a process of its own; hidden, for the demo and the tests.
 */
#include "cmd/command.h"
#include "sim/sim.h"

const struct command command_sim = {
	.name = "sim",
	.usage = "sim --kubeconfig FILE [--scenario FILE] [--speed N] [--port N]",
	.raw = sim_main,
};
