export const words = {
  lead: "Your own shop among the others: you set the prices, we bring the buyers and see to the payments.",
  open: "Open a shop",
  name: "Name of the shop",
  slug: "Name in links",
  slugHint: "Small letters, digits and hyphens, 3 to 40.",
  country: "Where the shop is at home",
  send: "Open the shop",
  another: "Open another shop",
  cancel: "Cancel",
  role: { owner: "You own it", manager: "You manage it", staff: "You work there" } as Readonly<
    Record<string, string>
  >,
  state: { PENDING: "Being checked", ACTIVE: "Open", SUSPENDED: "Suspended", CLOSED: "Closed" },
  next: {
    PENDING:
      "We look at every new shop, usually within a working day, and write to you as soon as it may sell.",
    ACTIVE: "Buyers can see your shop.",
    SUSPENDED: "What it offers can't be bought at the moment. The mail that we sent says why.",
    CLOSED: "It is closed for good.",
  },
  work: "Products, orders and settings",
  see: "See the shop",
  api: "For developers",
  reasons: {
    SLUG_TAKEN: "Another shop has this name in links.",
    LIMIT_REACHED: "You are in as many shops as one can be.",
    GUEST_ACCOUNT:
      "Guests can't open a shop: set a password first, with the link in the mail about your order.",
  } as Readonly<Record<string, string>>,
};
