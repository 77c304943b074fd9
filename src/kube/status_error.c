/* SPDX-License-Identifier: Apache-2.0 */
/* What a refusal means: Kubernetes' Status objects, and answers that are not Kubernetes'. */
#include "kube/status_error.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/jx.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "kube/mend.h"

/* How many bytes of a foreign body may appear in a sentence. */
#define QUOTE_MAX 120

static const char typed_patch[] = "failed to create typed patch object";

/* RBAC says `User "jane" cannot list resource "pods" …` or `… cannot get path "/apis"`, at the
 * start or after "forbidden: ". A user name has its quotes escaped. */
static bool is_rbac(const char *message)
{
	const char *at = strstr(message, "forbidden: User \"");

	if (at)
		at += strlen("forbidden: User \"");
	else if (strncmp(message, "User \"", 6) == 0)
		at = message + 6;
	else
		return false;
	for (; *at && *at != '"'; at++)
		if (*at == '\\' && at[1])
			at++;
	if (strncmp(at, "\" cannot ", 9) != 0)
		return false;
	at += 9;
	at += strcspn(at, " ");
	return strncmp(at, " resource ", 10) == 0 || strncmp(at, " path ", 6) == 0;
}

/* Reading the manifest failed, which the server reports as if it were its own fault. */
static bool is_wrong_manifest(const json_t *status)
{
	static const char *const said[] = {
		typed_patch,
		"failed to create typed new object",
		"failed to convert new object",
	};
	const char *reason = jx_str(status, "reason"), *message = jx_str(status, "message");

	for (size_t i = 0; message && !(reason && *reason) && i < ARRAY_LEN(said); i++)
		if (strncmp(message, said[i], strlen(said[i])) == 0)
			return true;
	return false;
}

enum error_code status_error_class(int http_status, const json_t *status)
{
	const char *reason = jx_str(status, "reason"), *message = jx_str(status, "message");

	if (reason && strcmp(reason, "Expired") == 0)
		return ERROR_GONE;
	switch (http_status) {
	case 401:
		return ERROR_UNAUTHORIZED;
	case 403:
		return message && is_rbac(message) ? ERROR_RBAC : ERROR_REFUSED;
	case 404:
		return ERROR_NOT_FOUND;
	case 408:
		return ERROR_TIMEOUT;
	case 409:
		return ERROR_CONFLICT;
	case 410:
		return ERROR_GONE;
	case 429:
		return ERROR_THROTTLED;
	case 500:
		return is_wrong_manifest(status) ? ERROR_REFUSED : ERROR_SERVER;
	}
	if (http_status >= 500)
		return ERROR_SERVER;
	return http_status >= 400 ? ERROR_REFUSED : ERROR_PARSE;
}

/* ".spec.foo: field not declared in schema" becomes `unknown field "spec.foo"`. */
static void add_problem(struct buf *out, const char *line, size_t len)
{
	static const char undeclared[] = ": field not declared in schema";
	size_t tail = sizeof(undeclared) - 1;

	while (len && isspace((unsigned char)*line)) {
		line++;
		len--;
	}
	if (len == 0)
		return;
	if (out->len)
		buf_addstr(out, ", ");
	if (len > tail && memcmp(line + len - tail, undeclared, tail) == 0) {
		size_t skip = *line == '.';

		buf_printf(out, "unknown field \"%.*s\"", (int)(len - tail - skip), line + skip);
	} else {
		buf_add(out, line, len);
	}
}

/* The part of a field validation message that names the fields, or NULL. */
static const char *problems_of(const char *message)
{
	const char *at = strstr(message, "strict decoding error: ");

	if (at)
		return at + strlen("strict decoding error: ");
	at = strstr(message, typed_patch);
	at = at ? strstr(at, "): ") : NULL;
	if (!at)
		return NULL;
	at += 3;
	return strncmp(at, "errors:", 7) == 0 ? at + 7 : at;
}

char *status_error_message(const json_t *status)
{
	const char *message = jx_str(status, "message"), *problems;
	struct buf out;

	if (!message || !*message)
		return NULL;
	buf_init(&out, 0);
	problems = problems_of(message);
	while (problems && *problems) {
		size_t len = strcspn(problems, "\n");

		add_problem(&out, problems, len);
		problems += len + (problems[len] == '\n');
	}
	if (out.len == 0)
		buf_addstr(&out, message);
	while (out.len
		&& (isspace((unsigned char)out.data[out.len - 1]) || out.data[out.len - 1] == '.'))
		out.data[--out.len] = '\0';
	return buf_take(&out);
}

bool status_error_is_page(const char *content_type, const char *body, size_t len)
{
	if (content_type && strncasecmp(content_type, "text/html", 9) == 0)
		return true;
	while (len && isspace((unsigned char)*body)) {
		body++;
		len--;
	}
	return len && *body == '<';
}

/* The title of a web page, or the start of a text: enough to recognise a proxy by. To free(); ""
 * if nothing. */
static char *quote(const struct status_answer *answer, bool page)
{
	const char *start = answer->body, *end;
	size_t len = answer->body_len;
	char *shown, *copy;

	if (!start)
		return xstrdup("");
	if (page) {
		copy = xstrndup(start, len);
		start = strcasestr(copy, "<title>");
		start = start ? start + 7 : copy + strlen(copy);
		end = strchr(start, '<');
		len = end ? (size_t)(end - start) : 0;
	} else {
		copy = xstrndup(start, len);
		start = copy;
		len = strlen(copy);
	}
	while (len && isspace((unsigned char)*start)) {
		start++;
		len--;
	}
	while (len && isspace((unsigned char)start[len - 1]))
		len--;
	shown = text_display(start, len < QUOTE_MAX ? len : QUOTE_MAX, TEXT_LINE);
	free(copy);
	return shown;
}

static void set_foreign(struct error *err, const struct status_answer *answer)
{
	bool page = status_error_is_page(
		answer->content_type, answer->body ? answer->body : "", answer->body_len);
	char *shown = quote(answer, page);
	const char *open = *shown ? " (\"" : "", *close = *shown ? "\")" : "";
	enum error_code code = status_error_class(answer->http_status, NULL);

	if (answer->http_status >= 300 && answer->http_status < 400)
		error_set(err, code,
			"%s: the server answered with a redirect (HTTP %d), so it is no Kubernetes API",
			answer->what, answer->http_status);
	else if (page)
		error_set(err, code,
			"%s: a web page came instead of an API answer (HTTP %d)%s%s%s; a proxy or a login "
			"page stands before the cluster",
			answer->what, answer->http_status, open, shown, close);
	else
		error_set(err, code, "%s: HTTP %d without a Kubernetes status%s%s%s", answer->what,
			answer->http_status, open, shown, close);
	free(shown);
}

json_t *status_error(struct error *err, const struct status_answer *answer)
{
	struct error unread = { 0 };
	json_t *status = NULL;
	const char *kind;
	char *message;

	if (answer->body_len
		&& !status_error_is_page(answer->content_type, answer->body, answer->body_len))
		status = mend_parse(answer->body, answer->body_len, &unread);
	kind = jx_str(status, "kind");
	if (!kind || strcmp(kind, "Status") != 0) {
		json_decref(status);
		set_foreign(err, answer);
		return NULL;
	}
	message = status_error_message(status);
	if (message)
		error_set(err, status_error_class(answer->http_status, status), "%s: %s",
			answer->what, message);
	else
		error_set(err, status_error_class(answer->http_status, status), "%s: HTTP %d %s",
			answer->what, answer->http_status,
			jx_str(status, "reason") ? jx_str(status, "reason") : "without a message");
	free(message);
	return status;
}
