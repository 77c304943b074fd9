/* SPDX-License-Identifier: Apache-2.0 */
/* Where in a manifest a problem's sentence points. */
#include "tui/pointer.h"

#include <string.h>

#include "base/xalloc.h"
#include "tap.h"

static const char manifest[] =
	"apiVersion: apps/v1\n"
	"kind: Deployment\n"
	"metadata:\n"
	"  name: web # our own name\n"
	"spec:\n"
	"  replicas: 3\n"
	"  progressDeadlineSeconds: 60\n"
	"  template:\n"
	"    spec:\n"
	"      nodeSelector:\n"
	"        disk: ssd\n"
	"      initContainers:\n"
	"      - name: wait\n"
	"        image: busybox:1\n"
	"      containers:\n"
	"      - image: \"shop/web:1.42\"\n"
	"        name: web\n"
	"        resources:\n"
	"          requests: \n"
	"            memory: 64Mi\n"
	"            cpu: 64\n"
	"          limits:\n"
	"            memory: 128Mi\n"
	"            nvidia.com/gpu: 1\n"
	"        envFrom:\n"
	"        - configMapRef:\n"
	"            name: settings\n"
	"        env:\n"
	"        - valueFrom:\n"
	"            secretKeyRef:\n"
	"              key: password\n"
	"              name: web\n"
	"      - name: proxy\n"
	"        image: proxy:2\n"
	"\n"
	"        # a comment: with a colon\n"
	"        command: [run]\n"
	"        readinessProbe:\n"
	"          httpGet: {path: /, port: 80}\n"
	"      volumes:\n"
	"      - name: data\n"
	"        persistentVolumeClaim:\n"
	"          claimName: data-claim\n";

static const struct { const char *sentence, *line; } cases[] = {
	{ "ImagePullBackOff: image \"shop/web:1.42\" cannot be pulled: not found", "      - image: \"shop/web:1.42\"" },
	{ "ErrImagePull: 2 of 3 Pods: ErrImagePull (image \"proxy:2\" cannot be pulled)", "        image: proxy:2" },
	{ "CreateContainerConfigError: container \"web\" cannot be set up: configmap \"settings\" not found", "            name: settings" },
	{ "CreateContainerConfigError: container \"web\" cannot be set up: secret \"web\" not found", "              name: web" },
	{ "CreateContainerConfigError: container \"web\" cannot be set up: secret \"other\" not found", "        name: web" },
	{ "CreateContainerConfigError: couldn't find key password in Secret shop/db", "              key: password" },
	{ "FailedMount: references non-existent secret key: password", "              key: password" },
	{ "CreateContainerConfigError: couldn't find key missing in Secret shop/db", NULL },
	{ "FailedMount: configmap \"settings\" not found", "            name: settings" },
	{ "OOMKilled: container \"web\" runs out of memory (limit 128Mi), restarted 3 times", "            memory: 128Mi" },
	{ "Unschedulable: 0/5 nodes are available: 5 Insufficient cpu.", "            cpu: 64" },
	{ "Unschedulable: 0/5 nodes are available: 5 Insufficient cpu, 5 Insufficient memory.", "            cpu: 64" },
	{ "Unschedulable: 0/5 nodes are available: 5 Insufficient nvidia.com/gpu.", "            nvidia.com/gpu: 1" },
	{ "Unschedulable: 0/5 nodes are available: 5 Insufficient hugepages-2Mi.", NULL },
	{ "FailedCreate: exceeded quota: q, requested: limits.memory=900Mi, used: limits.memory=900Mi", "            memory: 128Mi" },
	{ "FailedCreate: exceeded quota: q, requested: requests.memory=64Mi,cpu=64", "            memory: 64Mi" },
	{ "FailedCreate: exceeded quota: q, requested: cpu=64, used: cpu=2", "            cpu: 64" },
	{ "FailedCreate: exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2", "  replicas: 3" },
	{ "FailedCreate: failed quota: q: must specify limits.cpu for: web", "        resources:" },
	{ "FailedScheduling: pod has unbound immediate PersistentVolumeClaims", "          claimName: data-claim" },
	{ "Unschedulable: 0/5 nodes are available: 5 node(s) didn't match Pod's node affinity/selector.", "      nodeSelector:" },
	{ "CrashLoopBackOff: container \"proxy\" exits with code 1, restarted 3 times", "        command: [run]" },
	{ "CrashLoopBackOff: container \"web\" exits with code 1, restarted 3 times", "        name: web" },
	{ "Init:Error: init container \"wait\" exits with code 1", "      - name: wait" },
	{ "NotReady: container \"proxy\" is not ready", "        readinessProbe:" },
	{ "FailedScheduling: persistentvolumeclaim \"data-claim\" not found", "          claimName: data-claim" },
	{ "ProgressDeadlineExceeded: its progress deadline has passed", "  progressDeadlineSeconds: 60" },
	{ "Invalid: spec.replicas: Invalid value: -1: must be greater than 0", "  replicas: 3" },
	{ "FieldManagerConflict: conflict with \"hpa\": .spec.replicas; set forceConflicts", "  replicas: 3" },
	{ "Conflict: .spec.template.spec.containers[name=\"proxy\"].image is kubectl's", "        image: proxy:2" },
	{ "Invalid: spec.template.spec.containers[0].resources.limits.memory: Invalid value", "            memory: 128Mi" },
	{ "Invalid: spec.template.spec.containers[1].nothing: Required value", "      - name: proxy" },
	{ "BadRequest: strict decoding error: unknown field \"spec.template.spec.containers[1].image\"", "        image: proxy:2" },
	{ "Conflict: \".spec.template.spec.containers[name=\"proxy\"].image\" is taken", "        image: proxy:2" },
	{ "anything about \"web\" alone", "        name: web" },
	{ "something else altogether", NULL },
	{ "", NULL },
};

static const char *line_at(const char *text, size_t line, char out[static 200])
{
	while (line--)
		text += strcspn(text, "\n") + 1;
	snprintf(out, 200, "%.*s", (int)strcspn(text, "\n"), text);
	return out;
}

static void test_cases(void)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		size_t line = 0, column = 0;
		char text[200];
		bool found = pointer_find(manifest, cases[i].sentence, &line, &column);

		is_str(found ? line_at(manifest, line, text) : NULL, cases[i].line, cases[i].sentence);
		if (found && cases[i].line)
			is_int(column, strspn(cases[i].line, " -"), "where its key stands");
	}
}

/* Anything at all: the sanitizers watch. */
static void test_noise(void)
{
	static const char letters[] = "ab:- \"'[]{}#|.\n\n  ";
	unsigned state = 7;
	char text[400], sentence[80];

	for (int round = 0; round < 3000; round++) {
		size_t line, column;

		for (size_t i = 0; i < sizeof(text) - 1; i++)
			text[i] = letters[(state = state * 1664525u + 1013904223u) >> 8 & 15];
		text[sizeof(text) - 1] = '\0';
		snprintf(sentence, sizeof(sentence), "image \"a\" container \"%.*s spec.%.*s", (int)(round % 20), text, (int)(round % 30), text + 50);
		pointer_find(text, sentence, &line, &column);
	}
	ok(true, "noise is taken");
}

int main(void)
{
	test_cases();
	test_noise();
	return tap_done();
}
