/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* What Kubernetes takes for a name, a key or a quantity, so that a plan is refused before anything
 * is applied. Pure. */

bool is_dns_label(const char *s);     /* "web-1": at most 63 of a-z, 0-9 and '-' */
bool is_dns_subdomain(const char *s); /* labels with dots between, at most 253 */
bool is_wildcard_host(const char *s); /* "*.shop.test" */
bool is_label_key(const char *s);     /* "app", "app.kubernetes.io/name" */
bool is_label_value(const char *s);   /* may be empty */
bool is_env_name(const char *s);
bool is_config_key(const char *s);    /* a key of a ConfigMap or Secret */
bool is_port_name(const char *s);     /* "http": at most 15, at least one letter */
bool is_quantity(const char *s);      /* "500m", "1.5Gi", "1e3"; not negative */
bool is_cron(const char *s);          /* five fields, or @hourly and its like */
bool is_utf8(const char *bytes, size_t len); /* … without a NUL */

/* For a sentence: "name cannot be 'A_b': LIKE". */
#define NAME_LIKE "lower-case letters, digits, '-' and '.', such as web-1"
#define LABEL_LIKE "at most 63 lower-case letters, digits and '-', such as web-1"
