/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include "kube/kubeconfig.h"
#include "kube/kubeconfig_files.h"

struct error;

/* One entry while it is read, with the words that name it in errors. entry.file is
 * NULL where only the command line speaks. */
struct kubeconfig_part {
	struct kubeconfig_entry entry;
	const char *what; /* "cluster", "user" */
	const char *name;
};

/* `FILE: cluster "x": …` (or `cluster "x": …` when no file has it); always false. */
bool kubeconfig_part_error(const struct kubeconfig_part *part, struct error *err, const char *fmt,
	...) __attribute__((format(printf, 3, 4)));
/* PEM text from the file named on the command line, else from KEY-data or KEY; NULL in *out if
 * there is none. */
bool kubeconfig_part_pem(const struct kubeconfig_part *part, const char *key, const char *flag_path,
	char **out, struct error *err);
/* Refuses a field that is not built yet, where it is set. */
bool kubeconfig_part_refuse(
	const struct kubeconfig_part *part, const char *key, const char *why, struct error *err);

/* Credentials and impersonation of the user; the command line's go first. */
bool kubeconfig_load_user(struct kube_config *out, const struct kubeconfig_part *user,
	const struct kube_flags *flags, struct error *err);
bool kubeconfig_load_exec(struct kube_exec **out, const struct kubeconfig_part *user,
	const struct kubeconfig_part *cluster, struct error *err);
void kubeconfig_exec_free(struct kube_exec *exec);
/* True if it can stand in an HTTP header: printable ASCII without spaces at its ends. */
bool kubeconfig_is_header_text(const char *s);
/* Reads and trims a token file; to free(). */
char *kubeconfig_read_token(const char *path, struct error *err);

/* Wipes and frees a string; accepts NULL. */
void kubeconfig_secret_free(char *s);
/* Frees a NULL-terminated list of owned strings; accepts NULL. */
void kubeconfig_list_free(char **list);
