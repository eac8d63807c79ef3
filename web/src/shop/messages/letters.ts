import { api, ask, type Schemas } from "../../api/client";
import { asMember } from "../../api/session";

export type Conversation = Schemas["Conversation"];
export type Letter = Schemas["Message"];

export const CONVERSATIONS = ["mine", "conversations"] as const;

export const conversations = (pageToken: string) =>
  asMember(() =>
    ask(
      api.GET("/v1/conversations", { params: { query: { pageSize: 20, ...(pageToken && { pageToken }) } } }),
    ),
  );

export const conversation = (conversationId: string) =>
  asMember(() =>
    ask(api.GET("/v1/conversations/{conversationId}", { params: { path: { conversationId } } })),
  );

export const letters = (conversationId: string, pageToken: string) =>
  asMember(() =>
    ask(
      api.GET("/v1/conversations/{conversationId}/messages", {
        params: { path: { conversationId }, query: { pageSize: 30, ...(pageToken && { pageToken }) } },
      }),
    ),
  );

export const send = (conversationId: string, key: string, text: string) =>
  asMember(() =>
    ask(
      api.POST("/v1/conversations/{conversationId}/messages", {
        params: { path: { conversationId }, header: { "Idempotency-Key": key } },
        body: { text },
      }),
    ),
  );

export const start = (key: string, body: Schemas["StartConversationRequest"]) =>
  asMember(() =>
    ask(api.POST("/v1/conversations", { params: { header: { "Idempotency-Key": key } }, body })),
  );

export const markRead = (conversationId: string, messageId: string) =>
  asMember(() =>
    ask(
      api.POST("/v1/conversations/{conversationId}:markRead", {
        params: { path: { conversationId } },
        body: { messageId },
      }),
    ),
  );

export const report = (conversationId: string, reason: string) =>
  asMember(() =>
    ask(
      api.POST("/v1/conversations/{conversationId}:report", {
        params: { path: { conversationId } },
        body: { reason },
      }),
    ),
  );
