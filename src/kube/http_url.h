/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* "HOST:PORT" of an http or https URL, the scheme's port where it names none; an IPv6
 * address keeps its brackets. User information is left out. To free(); never NULL, whatever the
 * text is. */
char *http_url_place(const char *url);

/* The URL with another host, to free(); the port stays. An IPv6 address gets its brackets. */
char *http_url_rename(const char *url, const char *host);
