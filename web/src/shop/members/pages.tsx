import { Route, Switch } from "wouter-preact";
import { learned } from "../../text/rooms";
import { later } from "../../ui/later";
import { NotFound } from "../frame/not_found";
import { ROUTES } from "../paths";
import { MEMBER_ROUTES as AT } from "./paths";

const SignInPage = later(
  () => learned(import("../account/sign_in_page"), "enter"),
  (room) => room.SignInPage,
);
const SignUpPage = later(
  () => import("../account/sign_up_page"),
  (room) => room.SignUpPage,
);
const AccountPage = later(
  () => learned(import("../account/account_page"), "account"),
  (room) => room.AccountPage,
);
const OrdersPage = later(
  () => learned(import("../orders/orders_page"), "orders"),
  (room) => room.OrdersPage,
);
const OrderPage = later(
  () => learned(import("../orders/order_page"), "orders", "paying"),
  (room) => room.OrderPage,
);
const CartPage = later(
  () => learned(import("../cart/cart_page"), "cart"),
  (room) => room.CartPage,
);
const DonePage = later(
  () => learned(import("../checkout/done_page"), "checkout", "paying"),
  (room) => room.DonePage,
);
const CheckoutPage = later(
  () => learned(import("../checkout/checkout_page"), "addresses", "cart", "checkout", "paying"),
  (room) => room.CheckoutPage,
);
const ResetPasswordPage = later(
  () => learned(import("../enter/reset_password_page"), "enter"),
  (room) => room.ResetPasswordPage,
);
const VerifyEmailPage = later(
  () => learned(import("../enter/verify_email_page"), "enter"),
  (room) => room.VerifyEmailPage,
);
const ClaimAccountPage = later(
  () => learned(import("../enter/claim_account_page"), "enter"),
  (room) => room.ClaimAccountPage,
);
const InvitationPage = later(
  () => learned(import("../enter/invitation_page"), "enter"),
  (room) => room.InvitationPage,
);
const UnsubscribePage = later(
  () => learned(import("../enter/unsubscribe_page"), "enter"),
  (room) => room.UnsubscribePage,
);
const ProfilePage = later(
  () => learned(import("../account/profile_page"), "account"),
  (room) => room.ProfilePage,
);
const DataPage = later(
  () => learned(import("../account/data_page"), "account", "security"),
  (room) => room.DataPage,
);
const AddressesPage = later(
  () => learned(import("../addresses/addresses_page"), "account", "addresses"),
  (room) => room.AddressesPage,
);
const SecurityPage = later(
  () => learned(import("../security/security_page"), "account", "security"),
  (room) => room.SecurityPage,
);
const SessionsPage = later(
  () => learned(import("../security/sessions_page"), "account", "security"),
  (room) => room.SessionsPage,
);
const WishesPage = later(
  () => learned(import("../wishes/wishes_page"), "account", "wishes"),
  (room) => room.WishesPage,
);
const NotificationsPage = later(
  () => learned(import("../notices/notifications_page"), "account", "notices"),
  (room) => room.NotificationsPage,
);
const SettingsPage = later(
  () => learned(import("../notices/settings_page"), "account", "notices"),
  (room) => room.SettingsPage,
);
const MessagesPage = later(
  () => learned(import("../messages/messages_page"), "account", "letters"),
  (room) => room.MessagesPage,
);
const NewMessagePage = later(
  () => learned(import("../messages/new_message_page"), "account", "letters"),
  (room) => room.NewMessagePage,
);
const ConversationPage = later(
  () => learned(import("../messages/conversation_page"), "account", "letters"),
  (room) => room.ConversationPage,
);
const NewReviewPage = later(
  () => learned(import("../reviewing/new_review_page"), "reviewing"),
  (room) => room.NewReviewPage,
);
const ReviewPage = later(
  () => learned(import("../reviewing/review_page"), "reviewing"),
  (room) => room.ReviewPage,
);
const ReportPage = later(
  () => learned(import("../reviewing/report_page"), "reviewing"),
  (room) => room.ReportPage,
);
const ReturnsPage = later(
  () => learned(import("../returns/returns_page"), "account", "orders", "returning"),
  (room) => room.ReturnsPage,
);
const NewReturnPage = later(
  () => learned(import("../returns/new_return_page"), "orders", "returning", "reviewing"),
  (room) => room.NewReturnPage,
);
const ReturnPage = later(
  () => learned(import("../returns/return_page"), "orders", "returning"),
  (room) => room.ReturnPage,
);
const SellPage = later(
  () => learned(import("../sell/sell_page"), "account", "selling"),
  (room) => room.SellPage,
);
const TermsPage = later(
  () => import("../terms/terms_page"),
  (room) => room.TermsPage,
);

/** Where the pages are that a first visit does not need, each with the rooms whose words it says; and what is no page at all. */
export function MembersPages() {
  return (
    <Switch>
      <Route path={ROUTES.signIn}>
        <SignInPage />
      </Route>
      <Route path={ROUTES.signUp}>
        <SignUpPage />
      </Route>
      <Route path={ROUTES.account}>
        <AccountPage />
      </Route>
      <Route path={ROUTES.orders}>
        <OrdersPage />
      </Route>
      <Route path={ROUTES.order}>{({ id }) => <OrderPage key={id} id={id} />}</Route>
      <Route path={ROUTES.cart}>
        <CartPage />
      </Route>
      <Route path={ROUTES.done}>{({ id }) => <DonePage key={id} id={id} />}</Route>
      <Route path={ROUTES.checkout}>{({ step }) => <CheckoutPage said={step} />}</Route>
      <Route path={AT.resetPassword}>
        <ResetPasswordPage />
      </Route>
      <Route path={AT.verifyEmail}>
        <VerifyEmailPage />
      </Route>
      <Route path={AT.claimAccount}>
        <ClaimAccountPage />
      </Route>
      <Route path={AT.invitation}>
        <InvitationPage />
      </Route>
      <Route path={AT.unsubscribe}>
        <UnsubscribePage />
      </Route>
      <Route path={AT.profile}>
        <ProfilePage />
      </Route>
      <Route path={AT.personalData}>
        <DataPage />
      </Route>
      <Route path={AT.addresses}>
        <AddressesPage />
      </Route>
      <Route path={AT.security}>
        <SecurityPage />
      </Route>
      <Route path={AT.sessions}>
        <SessionsPage />
      </Route>
      <Route path={AT.wishes}>
        <WishesPage />
      </Route>
      <Route path={AT.notifications}>
        <NotificationsPage />
      </Route>
      <Route path={AT.notificationSettings}>
        <SettingsPage />
      </Route>
      <Route path={AT.messages}>
        <MessagesPage />
      </Route>
      <Route path={AT.newMessage}>
        <NewMessagePage />
      </Route>
      <Route path={AT.conversation}>{({ id }) => <ConversationPage key={id} id={id} />}</Route>
      <Route path={AT.newReview}>{({ id }) => <NewReviewPage key={id} id={id} />}</Route>
      <Route path={AT.review}>{({ id }) => <ReviewPage key={id} id={id} />}</Route>
      <Route path={AT.report}>{({ id }) => <ReportPage key={id} id={id} />}</Route>
      <Route path={AT.returns}>
        <ReturnsPage />
      </Route>
      <Route path={AT.newReturn}>
        <NewReturnPage />
      </Route>
      <Route path={AT.return}>{({ id }) => <ReturnPage key={id} id={id} />}</Route>
      <Route path={AT.sell}>
        <SellPage />
      </Route>
      <Route path={ROUTES.terms}>
        <TermsPage />
      </Route>
      <Route path={ROUTES.termsOf}>{({ kind }) => <TermsPage kind={kind} />}</Route>
      <Route>
        <NotFound />
      </Route>
    </Switch>
  );
}
