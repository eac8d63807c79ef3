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
import { NotFound } from "./frame/not_found";
import { OfflineBar } from "./frame/offline_bar";
import { Home } from "./home/home";
import { ROUTES } from "./paths";
import { CategoryPage, SearchPage } from "./search/search_page";
import "./app.css";

const ProductPage = lazy(() => import("./product/product_page").then((room) => room.ProductPage));
const ShopPage = lazy(() => import("./seller/shop_page").then((room) => room.ShopPage));
const SignInPage = lazy(() => import("./account/sign_in_page").then((room) => room.SignInPage));
const SignUpPage = lazy(() => import("./account/sign_up_page").then((room) => room.SignUpPage));
const AccountPage = lazy(() => import("./account/account_page").then((room) => room.AccountPage));
const OrdersPage = lazy(() => import("./orders/orders_page").then((room) => room.OrdersPage));
const OrderPage = lazy(() => import("./orders/order_page").then((room) => room.OrderPage));
const ResetPasswordPage = lazy(() =>
  import("./enter/reset_password_page").then((room) => room.ResetPasswordPage),
);
const VerifyEmailPage = lazy(() => import("./enter/verify_email_page").then((room) => room.VerifyEmailPage));
const ClaimAccountPage = lazy(() =>
  import("./enter/claim_account_page").then((room) => room.ClaimAccountPage),
);
const InvitationPage = lazy(() => import("./enter/invitation_page").then((room) => room.InvitationPage));
const UnsubscribePage = lazy(() => import("./enter/unsubscribe_page").then((room) => room.UnsubscribePage));
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
              <Route path={ROUTES.resetPassword} component={ResetPasswordPage} />
              <Route path={ROUTES.verifyEmail} component={VerifyEmailPage} />
              <Route path={ROUTES.claimAccount} component={ClaimAccountPage} />
              <Route path={ROUTES.invitation} component={InvitationPage} />
              <Route path={ROUTES.unsubscribe} component={UnsubscribePage} />
              <Route path={ROUTES.orders} component={OrdersPage} />
              <Route path={ROUTES.order}>{({ id }) => <OrderPage key={id} id={id} />}</Route>
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
      <Again />
    </>
  );
}
