import { useQueryClient } from "@tanstack/preact-query";
import { lazy, Suspense } from "preact/compat";
import { useEffect } from "preact/hooks";
import { Route, Switch, useLocation } from "wouter-preact";
import { type Account, onSession } from "../api/session";
import { Boundary } from "../ui/boundary";
import { Skeleton } from "../ui/skeleton";
import { ACCOUNT } from "./account/mine";
import { Again } from "./frame/again";
import { Footer } from "./frame/footer";
import { Header } from "./frame/header";
import { OfflineBar } from "./frame/offline_bar";
import { ROUTES } from "./paths";
import "./app.css";

const toHome = () => import("./home/home");
const toSearch = () => import("./search/search_page");
const toProduct = () => import("./product/product_page");
const toShop = () => import("./seller/shop_page");

/** The pages that people come to first, by the first part of their paths: their scripts are asked for before anything is shown. */
export const EARLY: Readonly<Record<string, () => Promise<unknown>>> = {
  "": toHome,
  search: toSearch,
  c: toSearch,
  p: toProduct,
  s: toShop,
};

const Home = lazy(() => toHome().then((room) => room.Home));
const SearchPage = lazy(() => toSearch().then((room) => room.SearchPage));
const CategoryPage = lazy(() => toSearch().then((room) => room.CategoryPage));
const ProductPage = lazy(() => toProduct().then((room) => room.ProductPage));
const ShopPage = lazy(() => toShop().then((room) => room.ShopPage));
const SignInPage = lazy(() => import("./account/sign_in_page").then((room) => room.SignInPage));
const SignUpPage = lazy(() => import("./account/sign_up_page").then((room) => room.SignUpPage));
const AccountPage = lazy(() => import("./account/account_page").then((room) => room.AccountPage));
const OrdersPage = lazy(() => import("./orders/orders_page").then((room) => room.OrdersPage));
const OrderPage = lazy(() => import("./orders/order_page").then((room) => room.OrderPage));
const MembersPages = lazy(() => import("./members/pages").then((room) => room.MembersPages));
const TermsPage = lazy(() => import("./terms/terms_page").then((room) => room.TermsPage));

/** What somebody has seen of his own is forgotten as soon as it is somebody else's turn, in every tab. */
function useSessionNews() {
  const queries = useQueryClient();
  useEffect(
    () =>
      onSession((news, accountId) => {
        const known = queries.getQueryData<Account | null>(ACCOUNT);
        // Who comes back finds his pages as they were.
        if (news === "signed-in" && known?.id === accountId)
          return void queries.invalidateQueries({ queryKey: ["mine"] });
        if (news === "signed-in") return void queries.resetQueries({ queryKey: ["mine"] });
        // First nobody is there, so that nothing asks in his name once more; then all that was his is gone.
        queries.setQueryData(ACCOUNT, null);
        queries.removeQueries({ queryKey: ["mine"], predicate: (one) => one.queryKey[1] !== ACCOUNT[1] });
      }),
    [queries],
  );
}

export function App() {
  useSessionNews();
  const [path] = useLocation();
  return (
    <>
      <OfflineBar />
      <Header />
      <main id="content" class="page" tabIndex={-1}>
        <Boundary page={path}>
          <Suspense fallback={<Skeleton shape="text" count={3} />}>
            <Switch>
              <Route path={ROUTES.home} component={Home} />
              <Route path={ROUTES.search} component={SearchPage} />
              <Route path={ROUTES.category}>{({ slug }) => <CategoryPage slug={slug} />}</Route>
              <Route path={ROUTES.product}>{({ id }) => <ProductPage key={id} id={id} />}</Route>
              <Route path={ROUTES.shop}>{({ id }) => <ShopPage key={id} id={id} />}</Route>
              <Route path={ROUTES.signIn} component={SignInPage} />
              <Route path={ROUTES.signUp} component={SignUpPage} />
              <Route path={ROUTES.account} component={AccountPage} />
              <Route path={ROUTES.orders} component={OrdersPage} />
              <Route path={ROUTES.order}>{({ id }) => <OrderPage key={id} id={id} />}</Route>
              <Route path={ROUTES.terms}>
                <TermsPage />
              </Route>
              <Route path={ROUTES.termsOf}>{({ kind }) => <TermsPage kind={kind} />}</Route>
              <Route component={MembersPages} />
            </Switch>
          </Suspense>
        </Boundary>
      </main>
      <Footer />
      <Again />
    </>
  );
}
