import { queryOptions } from "@tanstack/preact-query";
import { api, type Schemas } from "../../api/client";
import type { Tone } from "../../ui/badge";
import { mine } from "../mine";

export type Return = Schemas["Return"];
export type ReturnState = Return["state"];

export const RETURN_STATES: readonly ReturnState[] = [
  "REQUESTED",
  "APPROVED",
  "IN_TRANSIT",
  "RECEIVED",
  "CLOSED",
  "REJECTED",
];

export function toneOf(state: ReturnState): Tone {
  if (state === "REQUESTED" || state === "RECEIVED") return "wait";
  if (state === "REJECTED") return "bad";
  return state === "CLOSED" ? "quiet" : "good";
}

export const returnOf = (id: string) =>
  queryOptions({
    queryKey: ["mine", "return", id],
    queryFn: () => mine(() => api.GET("/v1/returns/{returnId}", { params: { path: { returnId: id } } })),
  });
