import { queryOptions } from "@tanstack/preact-query";
import { api, ask, type Schemas } from "../../api/client";
import { asMember } from "../../api/session";
import type { Formats } from "../../text/format";
import type { Tone } from "../../ui/badge";
import { PAGE } from "../listed";
import { percent } from "../rules/rules";

export type Rule = Schemas["CommissionRule"];
export type RuleState = Schemas["CommissionRuleState"];
export type Simulation = Schemas["CommissionSimulation"];

export const RULE_TONES: Readonly<Record<RuleState, Tone>> = {
  DRAFT: "quiet",
  PROPOSED: "wait",
  PUBLISHED: "good",
  WITHDRAWN: "quiet",
};
export const RULE_STATES = Object.keys(RULE_TONES) as RuleState[];

type Asked = Readonly<Record<string, string>>;

export const rules = ({ state, shop }: Asked, pageToken = "", pageSize = PAGE) => {
  const known = RULE_STATES.find((one) => one === state);
  const query = {
    pageSize,
    ...(known && { state: known }),
    ...(shop && { sellerId: shop }),
    ...(pageToken && { pageToken }),
  };
  return asMember(() => ask(api.GET("/v1/commissionRules", { params: { query } }))).then((answer) => ({
    rows: answer.commissionRules,
    nextPageToken: answer.nextPageToken,
  }));
};

const at = (commissionRuleId: string) => ({ path: { commissionRuleId } });

/** Its newest version, or the one that is named. */
export const ruleQuery = (id: string, version = 0) =>
  queryOptions({
    queryKey: ["mine", "op", "commission", id, version],
    queryFn: () =>
      asMember(() =>
        ask(
          api.GET("/v1/commissionRules/{commissionRuleId}", {
            params: { ...at(id), query: version ? { version } : {} },
          }),
        ),
      ),
  });

export const makeRule = (body: Schemas["CommissionRuleDraft"], key: string) =>
  asMember(() =>
    ask(api.POST("/v1/commissionRules", { params: { header: { "Idempotency-Key": key } }, body })),
  );

export const changeRule = (
  { id, etag }: Rule,
  body: Schemas["CommissionRuleChangePatch"],
  updateMask: string,
) =>
  asMember(() =>
    ask(
      api.PATCH("/v1/commissionRules/{commissionRuleId}", {
        params: { ...at(id), query: { updateMask }, header: { "If-Match": etag } },
        body,
      }),
    ),
  );

export const simulate = (id: string, days: number) =>
  asMember(() =>
    ask(api.POST("/v1/commissionRules/{commissionRuleId}:simulate", { params: at(id), body: { days } })),
  );

export const publishRule = (id: string, validFrom: string) =>
  asMember(() =>
    ask(
      api.POST("/v1/commissionRules/{commissionRuleId}:publish", {
        params: at(id),
        body: validFrom ? { validFrom } : {},
      }),
    ),
  );

export const approveRule = ({ id, version }: Rule) =>
  asMember(() =>
    ask(api.POST("/v1/commissionRules/{commissionRuleId}:approve", { params: at(id), body: { version } })),
  );

export const withdrawRule = (id: string) =>
  asMember(() =>
    ask(api.POST("/v1/commissionRules/{commissionRuleId}:withdraw", { params: at(id), body: {} })),
  );

export const endRule = (id: string) =>
  asMember(() => ask(api.POST("/v1/commissionRules/{commissionRuleId}:end", { params: at(id), body: {} })));

type Words = {
  each: (money: string) => string;
  atLeast: (money: string) => string;
  atMost: (money: string) => string;
  ofDelivery: string;
  withTax: (share: string) => string;
};

/** What a rule takes, in a line: "10 %, €0.30 a unit, at most €5.00". */
export function takesOf(rule: Rule, said: Words, format: Formats, language: string): string {
  const { fixed, floor, cap, onDelivery, taxPpm } = rule;
  return [
    percent(rule.percentagePpm, language),
    fixed && said.each(format.money(fixed)),
    floor && said.atLeast(format.money(floor)),
    cap && said.atMost(format.money(cap)),
    onDelivery && said.ofDelivery,
    taxPpm > 0 && said.withTax(percent(taxPpm, language)),
  ]
    .filter(Boolean)
    .join(", ");
}

/** Whether it is in force, or will be: what has ended can't be ended again. */
export const isLive = (
  { state, validUntil }: Pick<Rule, "state" | "validUntil">,
  now = Date.now(),
): boolean => state === "PUBLISHED" && (validUntil === undefined || Date.parse(validUntil) > now);

/** Whether it is published and begins later: then it can still be withdrawn. */
export const isToCome = (
  { state, validFrom }: Pick<Rule, "state" | "validFrom">,
  now = Date.now(),
): boolean => state === "PUBLISHED" && validFrom !== undefined && Date.parse(validFrom) > now;
