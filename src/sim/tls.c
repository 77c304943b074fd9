/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates for one run of the simulated cluster. */

#include "sim/tls.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/error.h"
#include "base/xalloc.h"

#define DAY (24 * 60 * 60)

/* A key and its certificate while they are made. */
struct pair {
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t cert;
};

static bool pair_init(struct pair *pair)
{
	return gnutls_x509_privkey_init(&pair->key) >= 0 &&
		gnutls_x509_crt_init(&pair->cert) >= 0 &&
		gnutls_x509_privkey_generate(pair->key, GNUTLS_PK_ECDSA,
			GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0) >= 0;
}

static void pair_release(struct pair *pair)
{
	gnutls_x509_crt_deinit(pair->cert);
	gnutls_x509_privkey_deinit(pair->key);
}

static bool fill(struct pair *pair, const char *name)
{
	unsigned char serial[8];
	time_t now = time(NULL);

	if (gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof(serial)) < 0)
		return false;
	serial[0] &= 0x7f;
	return gnutls_x509_crt_set_version(pair->cert, 3) >= 0 &&
	       gnutls_x509_crt_set_serial(pair->cert, serial, sizeof(serial)) >= 0 &&
	       gnutls_x509_crt_set_activation_time(pair->cert, now - 300) >= 0 &&
	       gnutls_x509_crt_set_expiration_time(pair->cert, now + DAY) >= 0 &&
	       gnutls_x509_crt_set_dn_by_oid(pair->cert, GNUTLS_OID_X520_COMMON_NAME, 0, name,
			(unsigned)strlen(name)) >= 0 &&
	       gnutls_x509_crt_set_key(pair->cert, pair->key) >= 0;
}

static bool make_ca(struct pair *ca)
{
	return fill(ca, "ksettle simulated CA") &&
		gnutls_x509_crt_set_basic_constraints(ca->cert, 1, -1) >= 0 &&
		gnutls_x509_crt_set_key_usage(
			ca->cert, GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN) >= 0 &&
		gnutls_x509_crt_sign2(ca->cert, ca->cert, ca->key, GNUTLS_DIG_SHA256, 0) >= 0;
}

static bool make_server(struct pair *server, const struct pair *ca)
{
	static const unsigned char loopback[] = { 127, 0, 0, 1 };
	static const char name[] = "localhost";

	return fill(server, "ksettle simulated cluster") &&
		gnutls_x509_crt_set_subject_alt_name(server->cert, GNUTLS_SAN_IPADDRESS, loopback,
			sizeof(loopback), GNUTLS_FSAN_SET) >= 0 &&
		gnutls_x509_crt_set_subject_alt_name(server->cert, GNUTLS_SAN_DNSNAME, name,
			strlen(name), GNUTLS_FSAN_APPEND) >= 0 &&
		gnutls_x509_crt_set_key_usage(server->cert, GNUTLS_KEY_DIGITAL_SIGNATURE) >= 0 &&
		gnutls_x509_crt_set_key_purpose_oid(server->cert, GNUTLS_KP_TLS_WWW_SERVER, 0) >=
		0 &&
		gnutls_x509_crt_sign2(server->cert, ca->cert, ca->key, GNUTLS_DIG_SHA256, 0) >= 0;
}

static char *take_pem(gnutls_datum_t *pem)
{
	char *text = xstrndup((const char *)pem->data, pem->size);

	gnutls_free(pem->data);
	return text;
}

static bool export_all(struct tls *tls, const struct pair *ca, const struct pair *server)
{
	gnutls_datum_t pem;

	if (gnutls_x509_crt_export2(ca->cert, GNUTLS_X509_FMT_PEM, &pem) < 0)
		return false;
	tls->ca = take_pem(&pem);
	if (gnutls_x509_crt_export2(server->cert, GNUTLS_X509_FMT_PEM, &pem) < 0)
		return false;
	tls->cert = take_pem(&pem);
	if (gnutls_x509_privkey_export2(server->key, GNUTLS_X509_FMT_PEM, &pem) < 0)
		return false;
	tls->key = take_pem(&pem);
	return true;
}

bool tls_make(struct tls *tls, struct error *err)
{
	struct pair ca = { 0 }, server = { 0 };
	bool made;

	memset(tls, 0, sizeof(*tls));
	made = pair_init(&ca) && pair_init(&server) && make_ca(&ca) && make_server(&server, &ca) &&
	       export_all(tls, &ca, &server);
	pair_release(&server);
	pair_release(&ca);
	if (made)
		return true;
	tls_release(tls);
	return error_set(err, ERROR_TLS, "the simulated cluster cannot make its certificates");
}

void tls_release(struct tls *tls)
{
	free(tls->ca);
	free(tls->cert);
	free(tls->key);
	memset(tls, 0, sizeof(*tls));
}

bool tls_random_hex(char *out, unsigned len, struct error *err)
{
	unsigned char bytes[64];

	if (len > sizeof(bytes) || gnutls_rnd(GNUTLS_RND_RANDOM, bytes, len) < 0)
		return error_set(err, ERROR_TLS, "no random numbers can be had");
	for (unsigned i = 0; i < len; i++)
		snprintf(out + 2 * (size_t)i, 3, "%02x", bytes[i]);
	return true;
}
