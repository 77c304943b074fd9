/* SPDX-License-Identifier: Apache-2.0 */
/* What went wrong with a connection, as a sentence. */
#include "kube/http_trouble.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/xalloc.h"

/* X509_V_ERR numbers (openssl/x509_vfy.h); their values are part of its ABI. The first two are what
 * is left of a wrong name: curl compares names itself, and the chain is good or was not looked at.
 */
enum {
	VERIFY_NAME = 0,
	VERIFY_UNSPECIFIED = 1,
	VERIFY_NOT_YET = 9,
	VERIFY_EXPIRED = 10,
	VERIFY_HOST = 62,
	VERIFY_IP = 64,
};

/* Length of the host in "HOST:PORT". */
static int host_len(const char *place)
{
	const char *colon = strrchr(place, ':');

	return colon ? (int)(colon - place) : (int)strlen(place);
}

/* What the other side's alert, or what it sent instead of TLS, means to people. */
static const struct alert {
	const char *sign;
	enum error_code code;
	const char *before, *after; /* around HOST:PORT */
} alerts[] = {
	{ "certificate required", ERROR_TLS, "", " wants a client certificate" },
	{ "alert unknown ca", ERROR_TLS, "", " does not trust the CA of our client certificate" },
	{ "alert certificate expired", ERROR_TLS, "",
		" says that our client certificate has expired" },
	{ "alert bad certificate", ERROR_TLS, "", " refuses our client certificate" },
	{ "alert certificate unknown", ERROR_TLS, "", " refuses our client certificate" },
	{ "alert certificate revoked", ERROR_TLS, "",
		" says that our client certificate was revoked" },
	{ "wrong version number", ERROR_TLS, "", " does not speak TLS" },
	{ "packet length too long", ERROR_TLS, "", " does not speak TLS" },
	{ "protocol version", ERROR_TLS, "",
		" has no TLS version in common with us (1.2 or newer)" },
	{ "unsupported protocol", ERROR_TLS, "",
		" has no TLS version in common with us (1.2 or newer)" },
	{ "reset by peer", ERROR_NETWORK, "connection to ", " was reset during the TLS handshake" },
	{ "SSL_ERROR_SYSCALL", ERROR_NETWORK, "connection to ",
		" was closed during the TLS handshake" },
	{ "unexpected eof", ERROR_NETWORK, "connection to ",
		" was closed during the TLS handshake" },
};

static bool describe_alert(struct error *err, const struct http_fault *f)
{
	for (size_t i = 0; i < ARRAY_LEN(alerts); i++) {
		const struct alert *alert = &alerts[i];

		/* After the handshake a lost connection is no matter of TLS. */
		if (alert->code != ERROR_TLS && f->trouble != HTTP_HANDSHAKE)
			continue;
		if (strstr(f->detail, alert->sign)) {
			error_set(
				err, alert->code, "%s%s%s", alert->before, f->place, alert->after);
			return true;
		}
	}
	return false;
}

static void describe_connect(struct error *err, const struct http_fault *f)
{
	switch (f->os_errno) {
	case ECONNREFUSED:
		error_set(err, ERROR_NETWORK, "connection to %s refused", f->place);
		break;
	case ENETUNREACH:
	case EHOSTUNREACH:
		error_set(err, ERROR_NETWORK, "no route to %s", f->place);
		break;
	case 0:
		error_set(err, ERROR_NETWORK, "cannot connect to %s", f->place);
		break;
	default:
		error_set(err, ERROR_NETWORK, "cannot connect to %s: %s", f->place,
			strerror((int)f->os_errno));
	}
}

static void describe_broken(struct error *err, const struct http_fault *f)
{
	if (describe_alert(err, f))
		return;
	if (f->os_errno == ECONNRESET || strstr(f->detail, "reset by peer"))
		error_set(err, ERROR_NETWORK, "connection to %s was reset", f->place);
	else if (f->os_errno == ETIMEDOUT)
		error_set(err, ERROR_NETWORK, "connection to %s was lost", f->place);
	else
		error_set(err, ERROR_NETWORK, "connection to %s broke", f->place);
}

static void describe_timeout(struct error *err, const struct http_fault *f)
{
	char within[DURATION_SIZE];

	duration_format(f->timeout_ms, within);
	if (f->resolving)
		error_set(err, ERROR_TIMEOUT, "cannot resolve host %.*s within %s",
			host_len(f->place), f->place, within);
	else if (!f->connected)
		error_set(err, ERROR_TIMEOUT, "no connection to %s within %s", f->place, within);
	else if (f->answering)
		error_set(err, ERROR_TIMEOUT, "the answer of %s was not complete within %s",
			f->place, within);
	else
		error_set(err, ERROR_TIMEOUT, "no answer from %s within %s", f->place, within);
}

static void describe_certificate(struct error *err, const struct http_fault *f)
{
	int len = host_len(f->place);

	switch (f->verify) {
	case VERIFY_NAME:
	case VERIFY_UNSPECIFIED:
	case VERIFY_HOST:
	case VERIFY_IP:
		if (f->server_name)
			error_set(err, ERROR_TLS, "certificate of %s is not for the name %s",
				f->place, f->server_name);
		else
			error_set(err, ERROR_TLS, "certificate of %.*s is for another name", len,
				f->place);
		break;
	case VERIFY_NOT_YET:
		error_set(err, ERROR_TLS,
			"certificate of %.*s is not valid yet: is this machine's clock right?", len,
			f->place);
		break;
	case VERIFY_EXPIRED:
		error_set(err, ERROR_TLS, "certificate of %.*s, or of its CA, has expired", len,
			f->place);
		break;
	default:
		error_set(err, ERROR_TLS, "certificate of %.*s is not signed by %s", len, f->place,
			f->own_ca ? "the cluster's CA" : "a CA that this system trusts");
	}
}

void http_describe(struct error *err, const struct http_fault *f)
{
	switch (f->trouble) {
	case HTTP_RESOLVE:
		error_set(err, ERROR_NETWORK, "cannot resolve host %.*s", host_len(f->place),
			f->place);
		break;
	case HTTP_CONNECT:
		describe_connect(err, f);
		break;
	case HTTP_BROKEN:
		describe_broken(err, f);
		break;
	case HTTP_TORN:
		error_set(err, ERROR_NETWORK,
			"%s closed the connection before its answer was complete", f->place);
		break;
	case HTTP_NOT_HTTP:
		error_set(err, ERROR_NETWORK, "%s does not answer in HTTP", f->place);
		break;
	case HTTP_BAD_BODY:
		error_set(err, ERROR_NETWORK, "the answer of %s is damaged", f->place);
		break;
	case HTTP_TIMEOUT:
		describe_timeout(err, f);
		break;
	case HTTP_HANDSHAKE:
		if (!describe_alert(err, f))
			error_set(err, ERROR_TLS, "the TLS handshake with %s failed", f->place);
		break;
	case HTTP_CERTIFICATE:
		describe_certificate(err, f);
		break;
	case HTTP_CLIENT_CERTIFICATE:
		error_set(err, ERROR_TLS,
			"the client certificate and its key cannot be used: they are damaged, "
			"encrypted, or do not belong together");
		break;
	case HTTP_CA:
		if (f->own_ca)
			error_set(
				err, ERROR_TLS, "the CA certificate of the cluster cannot be read");
		else /* a bare machine: nobody installed its CA certificates */
			error_set(err, ERROR_TLS,
				"certificate of %.*s is not signed by a CA that this system trusts",
				host_len(f->place), f->place);
		break;
	case HTTP_ADDRESS:
		error_set(err, ERROR_CONFIG, "the server's address is no http or https URL");
		break;
	case HTTP_OTHER:
		error_set(err, ERROR_NETWORK, "the request to %s failed: %s", f->place, f->summary);
		break;
	}
}
