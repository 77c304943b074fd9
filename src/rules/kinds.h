/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "rules/rule.h"

/* One array per file of rules, ended by an entry without a judge. A new kind is a file, its line
 * here and in rule.c's table, and its cases in tests/rules. */
extern const struct rule apimachinery_rules[];
extern const struct rule autoscaling_rules[];
extern const struct rule cronjob_rules[];
extern const struct rule daemonset_rules[];
extern const struct rule deployment_rules[];
extern const struct rule existence_rules[];
extern const struct rule gateway_rules[];
extern const struct rule ingress_rules[];
extern const struct rule job_rules[];
extern const struct rule namespace_rules[];
extern const struct rule node_rules[];
extern const struct rule pod_rules[];
extern const struct rule policy_rules[];
extern const struct rule replicaset_rules[];
extern const struct rule rollout_rules[];
extern const struct rule route_rules[];
extern const struct rule service_rules[];
extern const struct rule statefulset_rules[];
extern const struct rule storage_rules[];

/* The one of them for that kind, or NULL. */
const struct rule *rule_in_c(const char *group, const char *kind);

/* The rule of every other kind: negative conditions, then positive ones, then words (STATUS-
 * RULES.md §2.4). */
extern const struct rule generic_rule;
void judge_generic(struct judgement *out, const json_t *object, const struct judge_options *options,
	int64_t now_ms);

/* STATUS-RULES.md §2.2: what holds before a kind's rule. Called after it, because the facts and
 * columns of the rule stay; replaces its words where it decides. */
void judge_general(struct judgement *out, const json_t *object, const struct rule *rule);
