import { useQueryClient } from "@tanstack/preact-query";
import { lazy, Suspense } from "preact/compat";
import { useEffect } from "preact/hooks";
import { Route, Switch, useLocation } from "wouter-preact";
import { onSession } from "../api/session";
import { learned } from "../text/rooms";
import { Boundary } from "../ui/boundary";
import { Skeleton } from "../ui/skeleton";
import { ACCOUNT } from "./account/mine";
import { Footer } from "./frame/footer";
import { Header } from "./frame/header";
import { NotFound } from "./frame/not_found";
import { Home } from "./home/home";
import { ROUTES } from "./paths";
import { ProductPage, ShopPage } from "./prepare";
import { CategoryPage, SearchPage } from "./search/search_page";
import "./app.css";

const SignInPage = lazy(() => import("./account/sign_in_page").then((room) => room.SignInPage));
const SignUpPage = lazy(() => import("./account/sign_up_page").then((room) => room.SignUpPage));
const AccountPage = lazy(() => import("./account/account_page").then((room) => room.AccountPage));
const CartPage = lazy(() => learned(import("./cart/cart_page"), "cart").then((room) => room.CartPage));
const CheckoutPage = lazy(() =>
  learned(import("./checkout/checkout_page"), "cart", "checkout", "paying").then((room) => room.CheckoutPage),
);
const DonePage = lazy(() =>
  learned(import("./checkout/done_page"), "checkout", "paying").then((room) => room.DonePage),
);
const OrdersPage = lazy(() =>
  learned(import("./orders/orders_page"), "orders").then((room) => room.OrdersPage),
);
const OrderPage = lazy(() =>
  learned(import("./orders/order_page"), "orders", "paying").then((room) => room.OrderPage),
);
const TermsPage = lazy(() => import("./terms/terms_page").then((room) => room.TermsPage));

/** What somebody has seen of his own is forgotten as soon as it is somebody else's turn, in every tab. */
function useSessionNews() {
  const queries = useQueryClient();
  useEffect(
    () =>
      onSession((news) => {
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
              <Route path={ROUTES.cart} component={CartPage} />
              <Route path={ROUTES.done}>{({ id }) => <DonePage key={id} id={id} />}</Route>
              <Route path={ROUTES.checkout}>{({ step }) => <CheckoutPage said={step} />}</Route>
              <Route path={ROUTES.terms}>
                <TermsPage />
              </Route>
              <Route path={ROUTES.termsOf}>{({ kind }) => <TermsPage kind={kind} />}</Route>
              <Route>
                <NotFound />
              </Route>
            </Switch>
          </Suspense>
        </Boundary>
      </main>
      <Footer />
    </>
  );
}
