/* SPDX-License-Identifier: Apache-2.0 */
/* Files that anybody may have written: opened and parsed with limits. */
#include "record/foreign.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

/* No fewer than there are values: each but the first of its container follows one of these. */
static size_t count_values(const char *text, size_t len)
{
	bool quoted = false;
	size_t n = 1;

	for (size_t i = 0; i < len; i++) {
		if (quoted && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			quoted = !quoted;
		else if (!quoted && (text[i] == ',' || text[i] == '[' || text[i] == '{'))
			n++;
	}
	return n;
}

json_t *foreign_json(const char *text, size_t len, size_t max_values, struct error *err)
{
	json_error_t why;
	json_t *value;

	if (count_values(text, len) > max_values) {
		error_set(err, ERROR_LIMIT, "more than %zu values", max_values);
		return NULL;
	}
	value = json_loadb(text, len, JSON_REJECT_DUPLICATES, &why);
	if (!value)
		error_set(err, ERROR_PARSE, "not JSON: %s", why.text);
	return value;
}

int foreign_open(const char *path, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0) {
		error_set(err, ERROR_IO, "cannot open %s: %s", path, strerror(errno));
		return -1;
	}
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	close(fd);
	error_set(err, ERROR_IO, "%s is not a regular file", path);
	return -1;
}
