import { queryOptions } from "@tanstack/preact-query";
import { api, ask, type Schemas } from "../../api/client";
import { asMember } from "../../api/session";
import type { Tone } from "../../ui/badge";
import { PAGE } from "../listed";

export type Account = Schemas["Account"];
export type AccountState = Schemas["AccountState"];

export const STATES: readonly AccountState[] = ["ACTIVE", "DISABLED", "CLOSED"];
export const TONES: Readonly<Record<AccountState, Tone>> = {
  ACTIVE: "good",
  DISABLED: "bad",
  CLOSED: "quiet",
};

export type AccountsAsked = { state?: string; email?: string; guest?: string };

/** A whole address names one account; the beginning of one those that begin so. */
export function accountsQuery({ state, email, guest }: AccountsAsked) {
  const known = STATES.find((one) => one === state);
  const isWhole = /@.+\../.test(email ?? "");
  return {
    ...(known && { state: known }),
    ...(email && (isWhole ? { email } : { emailPrefix: email })),
    ...((guest === "true" || guest === "false") && { guest: guest === "true" }),
  };
}

export const accounts = (asked: AccountsAsked, pageToken: string) =>
  asMember(() =>
    ask(
      api.GET("/v1/accounts", {
        params: { query: { pageSize: PAGE, ...accountsQuery(asked), ...(pageToken && { pageToken }) } },
      }),
    ),
  ).then((answer) => ({ rows: answer.accounts, nextPageToken: answer.nextPageToken }));

const at = (accountId: string) => ({ params: { path: { accountId } } });

export const accountQuery = (accountId: string) =>
  queryOptions({
    queryKey: ["mine", "op", "account", accountId],
    queryFn: () => asMember(() => ask(api.GET("/v1/accounts/{accountId}", at(accountId)))),
  });

const why = (reason: string) => (reason ? { reason } : {});
export const disable = (id: string, reason: string) =>
  asMember(() => ask(api.POST("/v1/accounts/{accountId}:disable", { ...at(id), body: { reason } })));
export const enable = (id: string, reason: string) =>
  asMember(() => ask(api.POST("/v1/accounts/{accountId}:enable", { ...at(id), body: why(reason) })));
export const grant = (id: string, role: string, reason: string) =>
  asMember(() =>
    ask(api.POST("/v1/accounts/{accountId}:grantRole", { ...at(id), body: { role, ...why(reason) } })),
  );
export const revoke = (id: string, role: string, reason: string) =>
  asMember(() =>
    ask(api.POST("/v1/accounts/{accountId}:revokeRole", { ...at(id), body: { role, ...why(reason) } })),
  );

export const apiKeys = (pageToken: string) =>
  asMember(() =>
    ask(api.GET("/v1/apiKeys", { params: { query: { pageSize: PAGE, ...(pageToken && { pageToken }) } } })),
  ).then((answer) => ({ rows: answer.apiKeys, nextPageToken: answer.nextPageToken }));

export const makeKey = (body: Schemas["CreateApiKeyRequest"]) =>
  asMember(() => ask(api.POST("/v1/apiKeys", { body })));
export const revokeKey = (apiKeyId: string) =>
  asMember(() => ask(api.DELETE("/v1/apiKeys/{apiKeyId}", { params: { path: { apiKeyId } } })));
