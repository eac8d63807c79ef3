import { api, ask, type Schemas } from "../../api/client";
import { asMember } from "../../api/session";
import { PAGE } from "../listed";
import { between } from "../waited";

export type AuditEvent = Schemas["AuditEvent"];

export const auditEvents = (
  { actor, key, target, type, method, service, shop, from, to }: Readonly<Record<string, string>>,
  pageToken: string,
) => {
  const query = {
    pageSize: PAGE,
    ...(actor && { actorId: actor }),
    ...(key && { apiKeyId: key }),
    ...(target && { targetId: target }),
    ...(type && { targetType: type }),
    ...(method && { method }),
    ...(service && { service }),
    ...(shop && { sellerId: shop }),
    ...between(from, to),
    ...(pageToken && { pageToken }),
  };
  return asMember(() => ask(api.GET("/v1/auditEvents", { params: { query } }))).then((answer) => ({
    rows: answer.auditEvents,
    nextPageToken: answer.nextPageToken,
  }));
};

/** Names of what an act changed, each with what it was before and is since. */
export function changesOf({ before, after }: Pick<AuditEvent, "before" | "after">) {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.map((name) => ({ name, from: before[name] ?? "", to: after[name] ?? "" }));
}

/** "SuspendSeller" of "/marketplace.user.v1.UserService/SuspendSeller". */
export const shortName = (method: string) => method.split("/").at(-1) ?? method;
