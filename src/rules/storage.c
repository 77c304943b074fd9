/* SPDX-License-Identifier: Apache-2.0 */
/* PersistentVolumeClaim, PersistentVolume and ResourceClaim. */
#include <string.h>

#include "base/buf.h"
#include "base/jx.h"
#include "base/unused.h"
#include "base/xalloc.h"
#include "rules/kinds.h"
#include "rules/lists.h"
#include "rules/read.h"

static void access_modes(struct judgement *out, const json_t *modes)
{
	static const struct {
		const char *mode, *word;
	} words[] = {
		{ "ReadWriteOnce", "RWO" },
		{ "ReadOnlyMany", "ROX" },
		{ "ReadWriteMany", "RWX" },
		{ "ReadWriteOncePod", "RWOP" },
	};
	struct buf list;

	buf_init(&list, LIST_MAX);
	for (size_t i = 0; i < json_array_size(modes); i++)
		for (size_t k = 0; k < ARRAY_LEN(words); k++)
			if (same(json_string_value(json_array_get(modes, i)), words[k].mode))
				list_add(&list, words[k].word);
	list_column(out, "Access-modes", &list);
}

static bool is_default_class(const json_t *class)
{
	return same(jx_annotation(class, "storageclass.kubernetes.io/is-default-class"), "true");
}

/* The claim's StorageClass, or the default one where it names none; NULL if there is none. */
static const json_t *class_of(const json_t *claim, const struct related *classes)
{
	const char *name = jx_str(claim, "spec.storageClassName");

	for (size_t i = 0; i < classes->n; i++) {
		const json_t *class = classes->objects[i];

		if (name ? same(jx_str(class, "metadata.name"), name) : is_default_class(class))
			return class;
	}
	return NULL;
}

static bool mounts(const json_t *pod, const char *claim)
{
	const json_t *volumes = jx_get(pod, "spec.volumes");

	for (size_t i = 0; i < json_array_size(volumes); i++)
		if (same(jx_str(json_array_get(volumes, i), "persistentVolumeClaim.claimName"),
			    claim))
			return true;
	return false;
}

/* The scheduler has chosen a node for a Pod that uses it, or such a Pod is known. */
static bool is_used(const json_t *claim, const struct judge_options *options)
{
	const struct related *pods = related_of(options, "Pod");
	const char *name = jx_str(claim, "metadata.name"),
		   *namespace = jx_str(claim, "metadata.namespace");

	if (jx_annotation(claim, "volume.kubernetes.io/selected-node"))
		return true;
	for (size_t i = 0; pods && i < pods->n; i++)
		if (same(jx_str(pods->objects[i], "metadata.namespace"), namespace) &&
			mounts(pods->objects[i], name))
			return true;
	return false;
}

static bool waits_for_consumer(
	const json_t *claim, const json_t *class, const struct judge_options *options)
{
	return (same(jx_str(class, "volumeBindingMode"), "WaitForFirstConsumer") ||
		       event_of(options, "WaitForFirstConsumer")) &&
		!is_used(claim, options);
}

static void judge_pending(
	struct judgement *out, const json_t *claim, const struct judge_options *options)
{
	static const char *const failures[] = { "ProvisioningFailed", "FailedBinding" };
	const struct related *classes = related_of(options, "StorageClass");
	const json_t *class = classes ? class_of(claim, classes) : NULL;
	const char *name = jx_str(claim, "spec.storageClassName");
	char piece[SHOWN_SIZE];

	if (waits_for_consumer(claim, class, options)) {
		judgement_set(out, STATUS_SUCCESS, "WaitForFirstConsumer",
			"it is bound when a Pod uses it");
		judgement_note(out,
			"not bound yet: its StorageClass waits for the first Pod that uses it");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(failures); i++) {
		const json_t *event = event_of(options, failures[i]);

		if (!event)
			continue;
		judgement_set(out, STATUS_IN_PROGRESS, failures[i], "%s",
			shown(piece, jx_str(event, "message")));
		return;
	}
	if (name && *name)
		judgement_set(out, STATUS_IN_PROGRESS, "Pending",
			classes && !class
				? "there is no StorageClass %s"
				: "waiting to be bound to a volume of StorageClass %s",
			shown(piece, name));
	else if (class)
		judgement_set(
			out, STATUS_IN_PROGRESS, "Pending", "waiting to be bound to a volume");
	else /* where there is a default class, the server writes it into the claim */
		judgement_set(out, STATUS_IN_PROGRESS, "Pending",
			name ? "waiting for a PersistentVolume that fits"
			     : "it names no StorageClass, and there is no default one");
}

static void judge_claim(struct judgement *out, const json_t *object,
	const struct judge_options *options, int64_t now_ms UNUSED)
{
	const char *phase = jx_str(object, "status.phase");

	judgement_column(out, "Status", "%s",
		out->terminating ? "Terminating"
			: phase  ? phase
				 : "<none>");
	string_column(out, "Volume", object, "spec.volumeName");
	string_column(out, "Capacity", object, "status.capacity.storage");
	access_modes(out, jx_get(object, "status.accessModes"));
	string_column(out, "Storageclass", object, "spec.storageClassName");
	if (same(phase, "Bound"))
		judge_success(out);
	else if (same(phase, "Lost"))
		judgement_error(out, SEVERITY_HARD, FAMILY_OTHER, "Lost",
			"its volume does not exist any more");
	else if (same(phase, "Pending"))
		judge_pending(out, object, options);
	else
		judgement_set(out, STATUS_IN_PROGRESS, "Pending", "it has no state yet");
}

static void volume_columns(struct judgement *out, const json_t *object, const char *phase)
{
	const char *space = jx_str(object, "spec.claimRef.namespace"),
		   *claim = jx_str(object, "spec.claimRef.name");

	string_column(out, "Capacity", object, "spec.capacity.storage");
	access_modes(out, jx_get(object, "spec.accessModes"));
	string_column(out, "Reclaim-policy", object, "spec.persistentVolumeReclaimPolicy");
	judgement_column(out, "Status", "%s",
		out->terminating ? "Terminating"
			: phase  ? phase
				 : "<none>");
	judgement_column(out, "Claim", "%s%s%s", space ? space : "", space && claim ? "/" : "",
		claim ? claim : "");
	string_column(out, "Storageclass", object, "spec.storageClassName");
	field_column(out, "Reason", object, "status.reason|");
}

static void judge_volume(struct judgement *out, const json_t *object,
	const struct judge_options *options UNUSED, int64_t now_ms UNUSED)
{
	const char *phase = jx_str(object, "status.phase");
	char message[SHOWN_SIZE];

	volume_columns(out, object, phase);
	shown(message, jx_str(object, "status.message"));
	if (same(phase, "Bound") || same(phase, "Available")) {
		judge_success(out);
	} else if (same(phase, "Released")) {
		judgement_set(out, STATUS_SUCCESS, "Released", "its claim is gone");
		judgement_note(out, "released, not available to another claim");
	} else if (same(phase, "Failed")) {
		judgement_error(out, SEVERITY_HARD, FAMILY_OTHER,
			reason_or(jx_str(object, "status.reason"), "Failed"), "%s",
			*message ? message : "it could not be reclaimed");
	} else {
		judgement_set(out, STATUS_IN_PROGRESS, "Pending", "not available yet");
	}
}

/* A claim for a device: nothing is done for it before a Pod is to run with it. */
static void judge_device_claim(struct judgement *out, const json_t *object,
	const struct judge_options *options UNUSED, int64_t now_ms UNUSED)
{
	bool allocated = jx_get(object, "status.allocation");

	judgement_column(out, "State", "%s%s", allocated ? "allocated" : "pending",
		jx_len(object, "status.reservedFor") ? ",reserved" : "");
	if (allocated) {
		judge_success(out);
		return;
	}
	judgement_set(out, STATUS_SUCCESS, "WaitForFirstConsumer",
		"it is allocated when a Pod uses it");
	judgement_note(out, "not allocated yet: it waits for the first Pod that uses it");
}

static const char *const device_headings[] = { "State", NULL };
static const char *const claim_headings[] = { "Status", "Volume", "Capacity", "Access-modes",
	"Storageclass", NULL };
static const char *const volume_headings[] = {
	"Capacity",
	"Access-modes",
	"Reclaim-policy",
	"Status",
	"Claim",
	"Storageclass",
	"Reason",
	NULL,
};

const struct rule storage_rules[] = {
	{ .group = "",
		.kind = "PersistentVolumeClaim",
		.columns = claim_headings,
		.judge = judge_claim },
	{ .group = "",
		.kind = "PersistentVolume",
		.columns = volume_headings,
		.judge = judge_volume },
	{ .group = "resource.k8s.io",
		.kind = "ResourceClaim",
		.columns = device_headings,
		.judge = judge_device_claim },
	{ .judge = NULL },
};
