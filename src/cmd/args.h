/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "kube/kubeconfig.h"
#include "plan/plan.h"

struct error;

enum output_kind { OUTPUT_AUTO, OUTPUT_TUI, OUTPUT_PLAIN, OUTPUT_JSONL, OUTPUT_TABLE, OUTPUT_JSON };

struct words { const char **items; size_t n, cap; };

/* How the screen looks and behaves. */
struct appearance {
	int icons;                 /* -1: auto; else enum icons */
	int color, theme, notify;  /* enums of tui/term.h and tui/term_talk.h */
	bool no_mouse;
};

/* A command line, read. Strings are borrowed from argv, or from parts. */
struct args {
	struct kube_flags kube;
	struct verify_flags verify;
	enum output_kind output;
	struct appearance look;
	struct words files;        /* -f */
	bool recursive;            /* -R */
	const char *kustomize;     /* -k */
	const char *labels, *fields; /* -l, --field-selector */
	bool all, all_namespaces;  /* --all, -A */
	const char *cluster_flag;  /* one that says which cluster or how to reach it; NULL: none */
	struct words snapshots;    /* --snapshot */
	struct words groups;       /* --as-group, NULL-terminated */
	struct words set;          /* --set: "name=value", NULL-terminated */
	struct words rest;         /* what is no flag */
	struct words parts;        /* owned: of values that are lists */
	const char *plan_file;      /* -o of import and init; NULL: not said */
	bool force;                 /* --force */
	const char *speed;          /* of the simulated cluster; NULL: 1 */
	bool check, offline;
	bool help;
};

/* Which commands know a flag. */
enum command_bit {
	FOR_RUN = 1, FOR_WATCH = 2, FOR_STATUS = 4, FOR_SHOW = 8, FOR_DEMO = 16,
	FOR_IMPORT = 32, FOR_INIT = 64,
	OF_CLUSTER = 1 << 16, /* the flag says which cluster, or how to reach it */
	FOR_CLUSTER = FOR_RUN | FOR_WATCH | FOR_STATUS | OF_CLUSTER,
	FOR_OBJECTS = FOR_WATCH | FOR_STATUS,
	FOR_VERIFY = FOR_RUN | FOR_WATCH,
	FOR_LIVE = FOR_RUN | FOR_WATCH | FOR_DEMO,
	FOR_SCREEN = FOR_LIVE | FOR_SHOW,
};

/* kubectl's habits: --flag value, --flag=value, -n value, -nvalue, --bool=false, "--" ends the
 * flags, flags and words in any order. false with a sentence (ERROR_USAGE). Release with
 * args_release(). */
bool args_parse(
	struct args *args, int argc, char **argv, enum command_bit command, struct error *err);
void args_release(struct args *args);

/* The flags of a command for --help, one a line. */
void args_help(FILE *out, enum command_bit command);
