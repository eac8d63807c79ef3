import { pluralIn } from "./plural";

const plural = pluralIn("en");

export const words = {
  none: "No messages yet",
  noneHint: "Ask a shop on the page of a product: its answer comes here.",
  browse: "Look around",
  unread: (count: number) => plural(count, { one: "# new", other: "# new" }),
  about: (title: string) => `About: ${title}`,
  more: "Show older ones",
  earlier: "Show earlier messages",
  you: "You",
  buyer: "A buyer",
  write: "Your message",
  send: "Send",
  new: "Ask the shop",
  newTo: (shop: string) => `Write to ${shop}`,
  newHint: "The shop sees your name, and answers here. We tell you by mail.",
  nothing: "This message is about nothing",
  nothingHint: "Begin on the page of a product, or of an order.",
  report: "Report this conversation",
  reportLead: "We read it then, and look into it. The other side is not told.",
  reportWhy: "What is wrong",
  reportSend: "Report it",
  reported: "Reported: we look into it.",
  cancel: "Cancel",
  reasons: {
    PERMISSION_DENIED: "Only who buys there, or works in the shop, can write here.",
  } as Readonly<Record<string, string>>,
};
