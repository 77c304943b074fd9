/* SPDX-License-Identifier: Apache-2.0 */
/* CustomResourceDefinition and APIService: settled when the server serves them;
 * CertificateSigningRequest: when its certificate is there. */
#include "base/buf.h"
#include "base/jx.h"
#include "base/unused.h"
#include "base/xalloc.h"
#include "rules/kinds.h"
#include "rules/lists.h"
#include "rules/read.h"

/* what: the sentence that the condition's message completes. */
static bool judge_false(struct judgement *out, const struct condition *c, const char *fallback,
	const char *what)
{
	char message[SHOWN_SIZE];

	if (c->is != TRUTH_FALSE)
		return false;
	shown(message, c->message);
	judgement_error(out, SEVERITY_HARD, FAMILY_OTHER, reason_or(c->reason, fallback), "%s%s%s",
		what, *message ? ": " : "", message);
	return true;
}

static void judge_crd(struct judgement *out, const json_t *object,
	const struct judge_options *options UNUSED, int64_t now_ms UNUSED)
{
	const struct condition accepted = condition_of(object, "NamesAccepted");
	const struct condition established = condition_of(object, "Established");
	const struct condition loose = condition_of(object, "NonStructuralSchema");
	char message[SHOWN_SIZE];

	if (judge_false(out, &accepted, "NamesNotAccepted", "the server does not accept its names"))
		return;
	if (condition_of(object, "Terminating").is == TRUTH_TRUE) {
		judgement_set(out, STATUS_IN_PROGRESS, "Terminating", "being deleted");
		return;
	}
	if (established.is == TRUTH_TRUE) {
		judge_success(out);
		if (loose.is == TRUTH_TRUE)
			judgement_note(out, "its schema is not structural: %s",
				shown(message, loose.message));
		return;
	}
	if (!same(established.reason, "Installing") &&
		judge_false(out, &established, "NotEstablished", "the server does not accept it"))
		return;
	judgement_set(out, STATUS_IN_PROGRESS, "Installing", "the server does not serve it yet");
}

/* "False (MissingEndpoints)" */
static void available_column(struct judgement *out, const struct condition *c)
{
	const char *reason = reason_or(c->reason, NULL);

	if (c->is == TRUTH_TRUE)
		judgement_column(out, "Available", "True");
	else if (reason)
		judgement_column(out, "Available", "False (%s)", reason);
	else
		judgement_column(out, "Available", "%s", condition_present(c) ? "False" : "Unknown");
}

static void judge_apiservice(struct judgement *out, const json_t *object,
	const struct judge_options *options UNUSED, int64_t now_ms UNUSED)
{
	const struct condition available = condition_of(object, "Available");
	const char *space = jx_str(object, "spec.service.namespace"),
		   *name = jx_str(object, "spec.service.name");

	judgement_column(out, "Service", "%s%s%s", name && space ? space : "",
		name && space ? "/" : "", name ? name : "Local");
	available_column(out, &available);
	judge_by_condition(out, object, "Available");
}

/* "Approved,Issued" */
static void condition_column(struct judgement *out, const json_t *object)
{
	static const char *const types[] = { "Approved", "Denied", "Failed" };
	struct buf list;

	buf_init(&list, LIST_MAX);
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (condition_of(object, types[i]).is == TRUTH_TRUE)
			list_add(&list, types[i]);
	if (jx_str(object, "status.certificate"))
		list_add(&list, "Issued");
	if (!list.len)
		list_add(&list, "Pending");
	list_column(out, "Condition", &list);
}

static bool judge_refused(struct judgement *out, const json_t *object, const char *type)
{
	const struct condition c = condition_of(object, type);
	char message[SHOWN_SIZE];

	if (c.is != TRUTH_TRUE)
		return false;
	shown(message, c.message);
	judgement_error(out, SEVERITY_HARD, FAMILY_OTHER, reason_or(c.reason, type), "%s",
		*message ? message : "its signer does not sign it");
	return true;
}

static void judge_signing_request(struct judgement *out, const json_t *object,
	const struct judge_options *options UNUSED, int64_t now_ms UNUSED)
{
	string_column(out, "Signername", object, "spec.signerName");
	string_column(out, "Requestor", object, "spec.username");
	condition_column(out, object);
	if (judge_refused(out, object, "Denied") || judge_refused(out, object, "Failed"))
		return;
	if (jx_str(object, "status.certificate"))
		judge_success(out);
	else if (condition_of(object, "Approved").is == TRUTH_TRUE)
		judgement_set(out, STATUS_IN_PROGRESS, "Approved", "approved, not signed yet");
	else
		judgement_set(out, STATUS_IN_PROGRESS, "Pending", "waiting to be approved");
}

static const char *const columns[] = { "Service", "Available", NULL };
static const char *const request_columns[] = { "Signername", "Requestor", "Condition", NULL };

const struct rule apimachinery_rules[] = {
	{ .group = "apiextensions.k8s.io", .kind = "CustomResourceDefinition", .judge = judge_crd },
	{ .group = "apiregistration.k8s.io",
		.kind = "APIService",
		.columns = columns,
		.judge = judge_apiservice },
	{ .group = "certificates.k8s.io",
		.kind = "CertificateSigningRequest",
		.columns = request_columns,
		.judge = judge_signing_request },
	{ .judge = NULL },
};
