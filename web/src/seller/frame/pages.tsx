import type { ComponentChildren } from "preact";
import { Route, Switch } from "wouter-preact";
import { learned } from "../../text/rooms";
import { later } from "../../ui/later";
import { DashboardPage } from "../dashboard/dashboard_page";
import { type Page, ROUTES } from "../paths";
import { useShop } from "../shop";
import { NEEDS } from "./menu";
import { NoPage } from "./no_page";

const OrdersPage = later(
  () => learned(import("../orders/orders_page"), "fulfilment"),
  (room) => room.OrdersPage,
);
const OrderPage = later(
  () => learned(import("../orders/order_page"), "fulfilment"),
  (room) => room.OrderPage,
);
const SlipPage = later(
  () => learned(import("../orders/slip_page"), "fulfilment"),
  (room) => room.SlipPage,
);
const ReturnsPage = later(
  () => learned(import("../returns/returns_page"), "fulfilment"),
  (room) => room.ReturnsPage,
);
const ReturnPage = later(
  () => learned(import("../returns/return_page"), "fulfilment"),
  (room) => room.ReturnPage,
);
const ProductsPage = later(
  () => learned(import("../products/products_page"), "assortment"),
  (room) => room.ProductsPage,
);
const NewProductPage = later(
  () => learned(import("../editor/new_product_page"), "assortment"),
  (room) => room.NewProductPage,
);
const ProductPage = later(
  () => learned(import("../editor/product_page"), "assortment"),
  (room) => room.ProductPage,
);
const StockPage = later(
  () => learned(import("../stock/stock_page"), "assortment"),
  (room) => room.StockPage,
);
const MovementsPage = later(
  () => learned(import("../stock/movements_page"), "assortment"),
  (room) => room.MovementsPage,
);
const ImportsPage = later(
  () => learned(import("../imports/imports_page"), "assortment"),
  (room) => room.ImportsPage,
);
const ImportPage = later(
  () => learned(import("../imports/import_page"), "assortment"),
  (room) => room.ImportPage,
);
const ReviewsPage = later(
  () => learned(import("../reviews/reviews_page"), "shopkeeping"),
  (room) => room.ReviewsPage,
);
const MessagesPage = later(
  () => learned(import("../messages/messages_page"), "shopkeeping"),
  (room) => room.MessagesPage,
);
const ConversationPage = later(
  () => learned(import("../messages/conversation_page"), "shopkeeping"),
  (room) => room.ConversationPage,
);
const MoneyPage = later(
  () => learned(import("../money/money_page"), "money"),
  (room) => room.MoneyPage,
);
const PayoutsPage = later(
  () => learned(import("../money/payouts_page"), "money"),
  (room) => room.PayoutsPage,
);
const PayoutPage = later(
  () => learned(import("../money/payout_page"), "money"),
  (room) => room.PayoutPage,
);
const LedgerPage = later(
  () => learned(import("../money/ledger_page"), "money"),
  (room) => room.LedgerPage,
);
const StatementsPage = later(
  () => learned(import("../money/statements_page"), "money"),
  (room) => room.StatementsPage,
);
const BankPage = later(
  () => learned(import("../money/bank_page"), "money"),
  (room) => room.BankPage,
);
const CouponsPage = later(
  () => learned(import("../coupons/coupons_page"), "shopkeeping"),
  (room) => room.CouponsPage,
);
const DeliveryPage = later(
  () => learned(import("../delivery/delivery_page"), "shopkeeping"),
  (room) => room.DeliveryPage,
);
const TeamPage = later(
  () => learned(import("../team/team_page"), "shopkeeping"),
  (room) => room.TeamPage,
);
const KeysPage = later(
  () => learned(import("../team/keys_page"), "shopkeeping"),
  (room) => room.KeysPage,
);
const SettingsPage = later(
  () => learned(import("../settings/settings_page"), "shopkeeping"),
  (room) => room.SettingsPage,
);

/** A page for who may see it; for all others it is not there. */
function Only({ page, children }: { page: Page; children: ComponentChildren }) {
  const shop = useShop();
  return shop.may(NEEDS[page].permission) ? children : <NoPage home={shop.to.page("dashboard")} />;
}

/** Where the pages of a shop are. The dashboard comes with the frame, all others when they are gone to. */
export function Pages() {
  const shop = useShop();
  return (
    <Switch>
      <Route path={ROUTES.dashboard}>
        <Only page="dashboard">
          <DashboardPage />
        </Only>
      </Route>
      <Route path={ROUTES.orders}>
        <Only page="orders">
          <OrdersPage />
        </Only>
      </Route>
      <Route path={ROUTES.order}>
        {({ id }) => (
          <Only page="orders">
            <OrderPage key={id} id={id} />
          </Only>
        )}
      </Route>
      <Route path={ROUTES.slip}>
        {({ id }) => (
          <Only page="orders">
            <SlipPage key={id} id={id} />
          </Only>
        )}
      </Route>
      <Route path={ROUTES.returns}>
        <Only page="returns">
          <ReturnsPage />
        </Only>
      </Route>
      <Route path={ROUTES.return}>
        {({ id }) => (
          <Only page="returns">
            <ReturnPage key={id} id={id} />
          </Only>
        )}
      </Route>
      <Route path={ROUTES.products}>
        <Only page="products">
          <ProductsPage />
        </Only>
      </Route>
      <Route path={ROUTES.newProduct}>
        {shop.may("products.write") ? <NewProductPage /> : <NoPage home={shop.to.page("dashboard")} />}
      </Route>
      <Route path={ROUTES.product}>
        {({ id }) => (
          <Only page="products">
            <ProductPage key={id} id={id} />
          </Only>
        )}
      </Route>
      <Route path={ROUTES.stock}>
        <Only page="stock">
          <StockPage />
        </Only>
      </Route>
      <Route path={ROUTES.movements}>
        {({ id }) => (
          <Only page="stock">
            <MovementsPage key={id} id={id} />
          </Only>
        )}
      </Route>
      <Route path={ROUTES.imports}>
        <Only page="imports">
          <ImportsPage />
        </Only>
      </Route>
      <Route path={ROUTES.import}>
        {({ id }) => (
          <Only page="imports">
            <ImportPage key={id} id={id} />
          </Only>
        )}
      </Route>
      <Route path={ROUTES.reviews}>
        <Only page="reviews">
          <ReviewsPage />
        </Only>
      </Route>
      <Route path={ROUTES.messages}>
        <Only page="messages">
          <MessagesPage />
        </Only>
      </Route>
      <Route path={ROUTES.conversation}>
        {({ id }) => (
          <Only page="messages">
            <ConversationPage key={id} id={id} />
          </Only>
        )}
      </Route>
      <Route path={ROUTES.money}>
        <Only page="money">
          <MoneyPage />
        </Only>
      </Route>
      <Route path={ROUTES.payouts}>
        <Only page="payouts">
          <PayoutsPage />
        </Only>
      </Route>
      <Route path={ROUTES.payout}>
        {({ id }) => (
          <Only page="payouts">
            <PayoutPage key={id} id={id} />
          </Only>
        )}
      </Route>
      <Route path={ROUTES.ledger}>
        <Only page="ledger">
          <LedgerPage />
        </Only>
      </Route>
      <Route path={ROUTES.statements}>
        <Only page="statements">
          <StatementsPage />
        </Only>
      </Route>
      <Route path={ROUTES.bank}>
        <Only page="bank">
          <BankPage />
        </Only>
      </Route>
      <Route path={ROUTES.coupons}>
        <Only page="coupons">
          <CouponsPage />
        </Only>
      </Route>
      <Route path={ROUTES.delivery}>
        <Only page="delivery">
          <DeliveryPage />
        </Only>
      </Route>
      <Route path={ROUTES.team}>
        <Only page="team">
          <TeamPage />
        </Only>
      </Route>
      <Route path={ROUTES.keys}>
        <Only page="keys">
          <KeysPage />
        </Only>
      </Route>
      <Route path={ROUTES.settings}>
        <Only page="settings">
          <SettingsPage />
        </Only>
      </Route>
      <Route>
        <NoPage home={shop.to.page("dashboard")} />
      </Route>
    </Switch>
  );
}
