import { Route, Switch } from "wouter-preact";
import { learned } from "../text/rooms";
import { later } from "../ui/later";
import { Guarded, Nothing } from "./guarded";
import { type Operation, PLACES, type Place, type PlaceName, ROUTES } from "./paths";

const InboxPage = later(
  () => learned(import("./inbox/inbox_page"), "op_control"),
  (room) => room.InboxPage,
);
const SellersPage = later(
  () => learned(import("./sellers/sellers_page"), "op_shops"),
  (room) => room.SellersPage,
);
const SellerPage = later(
  () => learned(import("./sellers/seller_page"), "op_shops"),
  (room) => room.SellerPage,
);
const AccountsPage = later(
  () => learned(import("./accounts/accounts_page"), "op_people"),
  (room) => room.AccountsPage,
);
const AccountPage = later(
  () => learned(import("./accounts/account_page"), "op_people"),
  (room) => room.AccountPage,
);
const RolesPage = later(
  () => learned(import("./accounts/roles_page"), "op_people"),
  (room) => room.RolesPage,
);
const KeysPage = later(
  () => learned(import("./accounts/keys_page"), "op_people"),
  (room) => room.KeysPage,
);
const ProductsPage = later(
  () => learned(import("./content/products_page"), "op_content"),
  (room) => room.ProductsPage,
);
const ProductPage = later(
  () => learned(import("./content/product_page"), "op_content"),
  (room) => room.ProductPage,
);
const ReviewPage = later(
  () => learned(import("./content/review_page"), "op_content"),
  (room) => room.ReviewPage,
);
const ReportsPage = later(
  () => learned(import("./content/reports_page"), "op_content"),
  (room) => room.ReportsPage,
);
const ConversationsPage = later(
  () => learned(import("./content/conversations_page"), "op_content"),
  (room) => room.ConversationsPage,
);
const ConversationPage = later(
  () => learned(import("./content/conversation_page"), "op_content"),
  (room) => room.ConversationPage,
);
const SearchRulesPage = later(
  () => learned(import("./content/search_rules_page"), "op_content"),
  (room) => room.SearchRulesPage,
);
const CategoriesPage = later(
  () => learned(import("./categories/categories_page"), "op_control"),
  (room) => room.CategoriesPage,
);
const OrdersPage = later(
  () => learned(import("./orders/orders_page"), "op_orders"),
  (room) => room.OrdersPage,
);
const OrderPage = later(
  () => learned(import("./orders/order_page"), "op_orders"),
  (room) => room.OrderPage,
);
const CheckoutsPage = later(
  () => learned(import("./orders/checkouts_page"), "op_orders"),
  (room) => room.CheckoutsPage,
);
const ReturnsPage = later(
  () => learned(import("./returns/returns_page"), "op_returns"),
  (room) => room.ReturnsPage,
);
const ReturnPage = later(
  () => learned(import("./returns/return_page"), "op_returns"),
  (room) => room.ReturnPage,
);
const PaymentsPage = later(
  () => learned(import("./money/payments_page"), "op_orders"),
  (room) => room.PaymentsPage,
);
const LedgerPage = later(
  () => learned(import("./money/ledger_page"), "op_money"),
  (room) => room.LedgerPage,
);
const PayoutsPage = later(
  () => learned(import("./money/payouts_page"), "op_money"),
  (room) => room.PayoutsPage,
);
const PayoutPage = later(
  () => learned(import("./money/payout_page"), "op_money"),
  (room) => room.PayoutPage,
);
const FindingsPage = later(
  () => learned(import("./money/findings_page"), "op_money"),
  (room) => room.FindingsPage,
);
const CommissionsPage = later(
  () => learned(import("./commissions/commissions_page"), "op_money"),
  (room) => room.CommissionsPage,
);
const CommissionPage = later(
  () => learned(import("./commissions/commission_page"), "op_money"),
  (room) => room.CommissionPage,
);
const CouponsPage = later(
  () => learned(import("./rules/coupons_page"), "op_rules"),
  (room) => room.CouponsPage,
);
const TaxesPage = later(
  () => learned(import("./rules/taxes_page"), "op_rules"),
  (room) => room.TaxesPage,
);
const TermsPage = later(
  () => learned(import("./rules/terms_page"), "op_rules"),
  (room) => room.TermsPage,
);
const AuditPage = later(
  () => learned(import("./audit/audit_page"), "op_control"),
  (room) => room.AuditPage,
);

const SHOWN: Readonly<Record<PlaceName, () => preact.JSX.Element>> = {
  inbox: () => <InboxPage />,
  sellers: () => <SellersPage />,
  accounts: () => <AccountsPage />,
  roles: () => <RolesPage />,
  keys: () => <KeysPage />,
  products: () => <ProductsPage />,
  reports: () => <ReportsPage />,
  conversations: () => <ConversationsPage />,
  categories: () => <CategoriesPage />,
  searchRules: () => <SearchRulesPage />,
  orders: () => <OrdersPage />,
  checkouts: () => <CheckoutsPage />,
  returns: () => <ReturnsPage />,
  payments: () => <PaymentsPage />,
  payouts: () => <PayoutsPage />,
  ledger: () => <LedgerPage />,
  findings: () => <FindingsPage />,
  commissions: () => <CommissionsPage />,
  coupons: () => <CouponsPage />,
  taxes: () => <TaxesPage />,
  terms: () => <TermsPage />,
  audit: () => <AuditPage />,
};

const needsOf = (name: PlaceName): Operation | undefined => {
  const place: Place = PLACES[name];
  return place.needs;
};

/** Where every page is; one that a role may not see says so without asking for anything. */
export function Pages() {
  return (
    <Switch>
      {(Object.keys(SHOWN) as PlaceName[]).map((name) => (
        <Route key={name} path={PLACES[name].path}>
          <Guarded needs={needsOf(name)}>{SHOWN[name]()}</Guarded>
        </Route>
      ))}
      <Route path={ROUTES.seller}>
        {({ id }) => (
          <Guarded needs="listSellersForOperators">
            <SellerPage key={id} id={id} />
          </Guarded>
        )}
      </Route>
      <Route path={ROUTES.account}>
        {({ id }) => (
          <Guarded needs="getAccount">
            <AccountPage key={id} id={id} />
          </Guarded>
        )}
      </Route>
      <Route path={ROUTES.product}>
        {({ id }) => (
          <Guarded needs="listProducts">
            <ProductPage key={id} id={id} />
          </Guarded>
        )}
      </Route>
      <Route path={ROUTES.review}>
        {({ id }) => (
          <Guarded needs="hideReview">
            <ReviewPage key={id} id={id} />
          </Guarded>
        )}
      </Route>
      <Route path={ROUTES.conversation}>
        {({ id }) => (
          <Guarded needs="getConversation">
            <ConversationPage key={id} id={id} />
          </Guarded>
        )}
      </Route>
      <Route path={ROUTES.order}>
        {({ id }) => (
          <Guarded needs="getOrder">
            <OrderPage key={id} id={id} />
          </Guarded>
        )}
      </Route>
      <Route path={ROUTES.return}>
        {({ id }) => (
          <Guarded needs="getReturn">
            <ReturnPage key={id} id={id} />
          </Guarded>
        )}
      </Route>
      <Route path={ROUTES.payout}>
        {({ id }) => (
          <Guarded needs="listPayouts">
            <PayoutPage key={id} id={id} />
          </Guarded>
        )}
      </Route>
      <Route path={ROUTES.commission}>
        {({ id }) => (
          <Guarded needs="getCommissionRule">
            <CommissionPage key={id} id={id} />
          </Guarded>
        )}
      </Route>
      <Route>
        <Nothing />
      </Route>
    </Switch>
  );
}
