import { api, ask, type Schemas } from "../../api/client";
import { asMember } from "../../api/session";
import { PAGE } from "../listed";

export type Finding = Schemas["Finding"];
export type Adjustment = Schemas["Adjustment"];

/** What can differ; findings_test.ts holds the list to the contract. */
export const KINDS = [
  "CHARGE_UNKNOWN",
  "CHARGE_MISSING",
  "CHARGE_DIFFERS",
  "REFUND_UNKNOWN",
  "REFUND_MISSING",
  "REFUND_DIFFERS",
  "LEDGER_DIFFERS",
  "LEDGER_UNBALANCED",
] as const satisfies readonly Finding["kind"][];

type Asked = Readonly<Record<string, string>>;

export const findings = ({ state, kind }: Asked, pageToken = "", pageSize = PAGE) => {
  const known = KINDS.find((one) => one === kind);
  const query = {
    pageSize,
    ...((state === "OPEN" || state === "RESOLVED") && { state: state as Finding["state"] }),
    ...(known && { kind: known }),
    ...(pageToken && { pageToken }),
  };
  return asMember(() => ask(api.GET("/v1/findings", { params: { query } }))).then((answer) => ({
    rows: answer.findings,
    nextPageToken: answer.nextPageToken,
  }));
};

export const resolveFinding = (findingId: string, body: Schemas["ResolveFindingRequest"], key: string) =>
  asMember(() =>
    ask(
      api.POST("/v1/findings/{findingId}:resolve", {
        params: { path: { findingId }, header: { "Idempotency-Key": key } },
        body,
      }),
    ),
  );
