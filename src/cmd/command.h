/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cmd/args.h"

/* A command of the program: one file each, listed in main.c. */
struct command {
	const char *name;
	const char *usage;   /* after the program's name */
	const char *summary; /* one line for the list; NULL: hidden */
	const char *example;
	enum command_bit bit;
	int (*run)(const struct args *args); /* returns the exit code */
	int (*raw)(int argc, char **argv);   /* instead of run: reads its own command line */
};

extern const struct command command_run, command_watch, command_status, command_show, command_demo,
	command_import, command_init, command_sim;

/* "ksettle", or "kubectl settle" when started as kubectl's plugin. */
const char *program_name(void);
