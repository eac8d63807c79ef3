import { api, ask, type Schemas } from "../../api/client";
import { asMember } from "../../api/session";
import { memberPathTo } from "../members/paths";
import { pathTo } from "../paths";

export type Notice = Schemas["Notification"];
export type Setting = Schemas["NotificationSetting"];
export type Kind = Schemas["NotificationKind"];

export const NOTICES = ["mine", "notifications"] as const;

export const notices = (unread: boolean, pageToken: string) =>
  asMember(() =>
    ask(
      api.GET("/v1/notifications", {
        params: { query: { pageSize: 20, ...(unread && { unread }), ...(pageToken && { pageToken }) } },
      }),
    ),
  );

export const markRead = (ids?: string[]) =>
  asMember(() => ask(api.POST("/v1/notifications:markRead", { body: ids ? { ids } : {} })));

export const settings = () => asMember(() => ask(api.GET("/v1/notificationSettings")));

export const changeSetting = (change: Schemas["NotificationSettingChange"]) =>
  asMember(() => ask(api.PATCH("/v1/notificationSettings", { body: { settings: [change] } })));

// A buyer asks for a return and sends it; the rest of it is told to the buyer.
const FOR_SHOPS = /^(SALE|SHOP|LOW_STOCK|OFFER|PRODUCT|ORDER_ADDRESS|RETURN_(REQUESTED|SENT))/;

/** Where something that has happened can be seen; nothing where it has no page. */
export function placeOf(
  notice: Pick<Notice, "kind" | "orderId" | "conversationId" | "productId" | "title">,
): string {
  if (notice.conversationId) return memberPathTo.conversation(notice.conversationId);
  if (FOR_SHOPS.test(notice.kind)) return memberPathTo.sell();
  if (notice.orderId) return pathTo.order(notice.orderId);
  if (notice.productId) return pathTo.product(notice.productId, notice.title);
  if (notice.kind === "NEW_DEVICE") return memberPathTo.sessions();
  if (notice.kind === "PASSWORD_CHANGED" || notice.kind === "EMAIL_CHANGED") return memberPathTo.security();
  return "";
}

export type Group = "forBuyers" | "forShops" | "forAccount";

/** For whom a kind is. */
export function groupOf(kind: Kind): Group {
  if (/^(NEW_DEVICE|PASSWORD|EMAIL|MESSAGE)/.test(kind)) return "forAccount";
  return FOR_SHOPS.test(kind) ? "forShops" : "forBuyers";
}
