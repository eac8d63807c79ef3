import { pluralIn } from "./plural";

const plural = pluralIn("en");

const actors: Readonly<Record<string, string>> = {
  operator: "operator",
  member: "member of the shop",
  api_key: "API key",
};
const reasons: Readonly<Record<string, string>> = {
  CATEGORY_NOT_EMPTY: "Something is in it: categories, or products of any state. Move them first.",
  ETAG_MISMATCH: "Somebody has changed this category meanwhile. Close this and look at it again.",
  ALREADY_EXISTS: "Another category has this name in links.",
};

export const words = {
  actors,
  reasons,
  inboxLead: "What waits for somebody of your role. What has waited longest comes first.",
  piles: {
    sellers: "Shops to approve",
    products: "Products to check",
    reports: "Reports to answer",
    checkouts: "Stuck checkouts",
    payments: "Charges that were refused",
    payouts: "Payouts with the bank",
    findings: "Money that differs",
    commissions: "Commission to approve",
    conversations: "Reported messages",
  },
  nothingWaits: "Nothing waits.",
  seeAll: "See all of them",
  auditLead:
    "What was done by permission: by operators, members of shops and API keys. Nobody can change it.",
  noAudit: "Nothing was done by permission yet",
  when: "When",
  who: "Who",
  actorId: "Account’s id",
  target: "Done to",
  method: "What",
  service: "Service",
  changed: "What it changed",
  details: (count: number) => (count === 0 ? "More" : plural(count, { one: "# change", other: "# changes" })),
  trace: "Trace",
  address: "Address",
  permission: "By permission",
  categoriesLead: "What products hang in. Choose one to change it.",
  noCategories: "There is no category yet",
  treeKeys: "Arrows go through the tree, M takes a category along, Enter puts it down.",
  takenAlong: (name: string) =>
    `You take “${name}” along: Enter puts it into the chosen category, Escape puts it back.`,
  chosen: "The chosen category",
  chooseOne: "Choose a category in the tree.",
  inShop: "As buyers see it",
  makeRoot: "New category",
  addBelow: "Add below",
  addBelowOf: (path: string) => `New category in “${path}”`,
  makeDoes: "It is empty at first, and everybody sees it within five minutes.",
  made: (name: string) => `The category “${name}” is there.`,
  rename: "Rename",
  renameOf: (name: string) => `Rename “${name}”`,
  renameDoes: "Links with the name in links from before lead nowhere any more, where that changes.",
  renamed: (name: string) => `The category is “${name}” now.`,
  name: "Name",
  nameIn: (language: string) => `Name, ${language}`,
  slug: "Name in links",
  slugHint: "Small letters, digits and hyphens.",
  save: "Save",
  move: "Move",
  moveOf: (name: string) => `Move “${name}”?`,
  moveTo: "Into",
  moveGo: "Move it",
  root: "The top of the tree",
  moveDoes: (where: string) => `It becomes part of: ${where}.`,
  moveBelow: (count: number) =>
    plural(count, { one: "# category below goes along.", other: "# categories below go along." }),
  moveKeeps: "Links to it and its products stay as they are.",
  moved: (name: string, where: string) => `“${name}” is in: ${where}.`,
  drop: "Delete",
  dropOf: (name: string) => `Delete “${name}”?`,
  dropDoes: "Its page is gone, and coupons for it apply to nothing in it.",
  dropOnlyEmpty:
    "Only an empty category can be deleted: it is refused while a product of any state is in it.",
  dropNotEmpty: (count: number) =>
    plural(count, {
      one: "It will be refused: # category is below it.",
      other: "It will be refused: # categories are below it.",
    }),
  dropped: (name: string) => `The category “${name}” is deleted.`,
};
