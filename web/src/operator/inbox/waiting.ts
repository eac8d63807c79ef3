import { rules } from "../commissions/commissions";
import { products, reported, reports } from "../content/content";
import { findings } from "../money/findings";
import { payments } from "../money/money";
import { destinationOf, payouts } from "../money/payouts";
import { checkouts } from "../orders/orders";
import { type Operation, pathTo, pathToList } from "../paths";
import { sellers } from "../sellers/sellers";

/** One thing that waits for somebody. */
export type Waiting = { id: string; name: string; to: string; since: string };
export type Pile = { waiting: readonly Waiting[]; more: boolean };

// A list's newest come first: what has waited longest is on its last page. Nobody looks further than this many.
const MOST = 100;

const pile = (waiting: Waiting[], nextPageToken: string | undefined): Pile => ({
  waiting: waiting.sort((one, other) => Date.parse(one.since) - Date.parse(other.since)),
  more: nextPageToken !== undefined,
});

/** What may wait, who may see it, where all of it is, and what of it there is. */
export const PILES = {
  sellers: {
    needs: "listSellersForOperators",
    all: pathToList("sellers", { state: "PENDING" }),
    ask: async () => {
      const { rows, nextPageToken } = await sellers({ state: "PENDING" }, "", MOST);
      const waiting = rows.map((one) => ({
        id: one.id,
        name: one.displayName,
        to: pathTo.seller(one.id),
        since: one.createTime,
      }));
      return pile(waiting, nextPageToken);
    },
  },
  products: {
    needs: "listProducts",
    all: pathToList("products", { state: "PROPOSED" }),
    ask: async () => {
      const { rows, nextPageToken } = await products({ state: "PROPOSED" }, "", MOST);
      const waiting = rows.map((one) => ({
        id: one.id,
        name: one.title,
        to: pathTo.product(one.id),
        since: one.updateTime,
      }));
      return pile(waiting, nextPageToken);
    },
  },
  reports: {
    needs: "listReports",
    all: pathToList("reports"),
    ask: async () => {
      const { rows, nextPageToken } = await reports("OPEN", "", MOST);
      const waiting = rows.map((one) => ({
        id: one.id,
        name: one.text,
        to: pathToList("reports"),
        since: one.createTime,
      }));
      return pile(waiting, nextPageToken);
    },
  },
  checkouts: {
    needs: "listStuckCheckouts",
    all: pathToList("checkouts"),
    ask: async () => {
      const { rows, nextPageToken } = await checkouts("", MOST);
      const waiting = rows.map((one) => ({
        id: one.orderId,
        name: one.orderNumber,
        to: pathTo.order(one.orderId),
        since: one.createTime,
      }));
      return pile(waiting, nextPageToken);
    },
  },
  payments: {
    needs: "listPayments",
    all: pathToList("payments", { state: "CAPTURE_FAILED" }),
    ask: async () => {
      const { rows, nextPageToken } = await payments({ state: "CAPTURE_FAILED" }, "", MOST);
      const waiting = rows.map((one) => ({
        id: one.id,
        name: one.failureCode ?? one.id,
        to: pathTo.order(one.orderId),
        since: one.updateTime,
      }));
      return pile(waiting, nextPageToken);
    },
  },
  payouts: {
    needs: "listPayouts",
    all: pathToList("payouts", { state: "SUBMITTED" }),
    ask: async () => {
      const { rows, nextPageToken } = await payouts({ state: "SUBMITTED" }, "", MOST);
      const waiting = rows.map((one) => ({
        id: one.id,
        name: destinationOf(one),
        to: pathTo.payout(one.id),
        since: one.createTime,
      }));
      return pile(waiting, nextPageToken);
    },
  },
  findings: {
    needs: "listFindings",
    all: pathToList("findings", { state: "OPEN" }),
    ask: async () => {
      const { rows, nextPageToken } = await findings({ state: "OPEN" }, "", MOST);
      const waiting = rows.map((one) => ({
        id: one.id,
        name: one.subject,
        to: pathToList("findings", { state: "OPEN" }),
        since: one.firstSeenTime,
      }));
      return pile(waiting, nextPageToken);
    },
  },
  commissions: {
    needs: "approveCommissionRule",
    all: pathToList("commissions", { state: "PROPOSED" }),
    ask: async () => {
      const { rows, nextPageToken } = await rules({ state: "PROPOSED" }, "", MOST);
      const waiting = rows.map((one) => ({
        id: one.id,
        name: one.name,
        to: pathTo.commission(one.id),
        since: one.updateTime,
      }));
      return pile(waiting, nextPageToken);
    },
  },
  conversations: {
    needs: "listConversations",
    all: pathToList("conversations"),
    ask: async () => {
      const { rows, nextPageToken } = await reported("", MOST);
      const waiting = rows.map((one) => ({
        id: one.id,
        name: one.title,
        to: pathTo.conversation(one.id),
        since: one.reports[0]?.createTime ?? one.lastMessageTime,
      }));
      return pile(waiting, nextPageToken);
    },
  },
} as const satisfies Record<string, { needs: Operation; all: string; ask: () => Promise<Pile> }>;
export type PileName = keyof typeof PILES;
export const PILE_NAMES = Object.keys(PILES) as PileName[];
