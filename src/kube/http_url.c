/* SPDX-License-Identifier: Apache-2.0 */
/* The few parts of a URL that HTTP needs apart from the whole; curl judges whether it is one. */
#include "kube/http_url.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/xalloc.h"

/* Where the host starts, its length, and where what follows "host[:port]" starts. */
struct parts {
	const char *host, *port, *rest;
	int host_len, port_len; /* port_len 0: none */
};

static struct parts split(const char *url)
{
	const char *scheme_end = strstr(url, "://"), *start = scheme_end ? scheme_end + 3 : url;
	const char *end = start + strcspn(start, "/?#"),
		   *at = memrchr(start, '@', (size_t)(end - start));
	struct parts p = { .host = at ? at + 1 : start, .rest = end };
	const char *bracket = p.host[0] == '[' ? memchr(p.host, ']', (size_t)(end - p.host)) : NULL;
	const char *from = bracket ? bracket : p.host;
	const char *colon = memchr(from, ':', (size_t)(end - from));

	p.host_len = (int)((colon ? colon : end) - p.host);
	p.port = colon ? colon + 1 : end;
	p.port_len = (int)(end - p.port);
	return p;
}

char *http_url_place(const char *url)
{
	struct parts p = split(url);
	bool plain = strncasecmp(url, "http:", 5) == 0;

	if (p.port_len)
		return xasprintf("%.*s:%.*s", p.host_len, p.host, p.port_len, p.port);
	return xasprintf("%.*s:%s", p.host_len, p.host, plain ? "80" : "443");
}

char *http_url_rename(const char *url, const char *host)
{
	struct parts p = split(url);
	bool brackets = strchr(host, ':') && host[0] != '[';

	return xasprintf("%.*s%s%s%s%s", (int)(p.host - url), url, brackets ? "[" : "", host,
		brackets ? "]" : "", p.host + p.host_len);
}
