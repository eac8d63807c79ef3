import { lazy } from "preact/compat";
import { Route, Switch } from "wouter-preact";
import { NotFound } from "../frame/not_found";
import { MEMBER_ROUTES as AT } from "./paths";

const ResetPasswordPage = lazy(() =>
  import("../enter/reset_password_page").then((room) => room.ResetPasswordPage),
);
const VerifyEmailPage = lazy(() => import("../enter/verify_email_page").then((room) => room.VerifyEmailPage));
const ClaimAccountPage = lazy(() =>
  import("../enter/claim_account_page").then((room) => room.ClaimAccountPage),
);
const InvitationPage = lazy(() => import("../enter/invitation_page").then((room) => room.InvitationPage));
const UnsubscribePage = lazy(() => import("../enter/unsubscribe_page").then((room) => room.UnsubscribePage));
const ProfilePage = lazy(() => import("../account/profile_page").then((room) => room.ProfilePage));
const DataPage = lazy(() => import("../account/data_page").then((room) => room.DataPage));
const AddressesPage = lazy(() => import("../addresses/addresses_page").then((room) => room.AddressesPage));
const SecurityPage = lazy(() => import("../security/security_page").then((room) => room.SecurityPage));
const SessionsPage = lazy(() => import("../security/sessions_page").then((room) => room.SessionsPage));
const WishesPage = lazy(() => import("../wishes/wishes_page").then((room) => room.WishesPage));
const NotificationsPage = lazy(() =>
  import("../notices/notifications_page").then((room) => room.NotificationsPage),
);
const SettingsPage = lazy(() => import("../notices/settings_page").then((room) => room.SettingsPage));
const MessagesPage = lazy(() => import("../messages/messages_page").then((room) => room.MessagesPage));
const NewMessagePage = lazy(() => import("../messages/new_message_page").then((room) => room.NewMessagePage));
const ConversationPage = lazy(() =>
  import("../messages/conversation_page").then((room) => room.ConversationPage),
);
const NewReviewPage = lazy(() => import("../reviewing/new_review_page").then((room) => room.NewReviewPage));
const ReviewPage = lazy(() => import("../reviewing/review_page").then((room) => room.ReviewPage));
const ReportPage = lazy(() => import("../reviewing/report_page").then((room) => room.ReportPage));
const SellPage = lazy(() => import("../sell/sell_page").then((room) => room.SellPage));

/** Where the pages are that a first visit does not need; and what is no page at all. */
export function MembersPages() {
  return (
    <Switch>
      <Route path={AT.resetPassword} component={ResetPasswordPage} />
      <Route path={AT.verifyEmail} component={VerifyEmailPage} />
      <Route path={AT.claimAccount} component={ClaimAccountPage} />
      <Route path={AT.invitation} component={InvitationPage} />
      <Route path={AT.unsubscribe} component={UnsubscribePage} />
      <Route path={AT.profile} component={ProfilePage} />
      <Route path={AT.personalData} component={DataPage} />
      <Route path={AT.addresses} component={AddressesPage} />
      <Route path={AT.security} component={SecurityPage} />
      <Route path={AT.sessions} component={SessionsPage} />
      <Route path={AT.wishes} component={WishesPage} />
      <Route path={AT.notifications} component={NotificationsPage} />
      <Route path={AT.notificationSettings} component={SettingsPage} />
      <Route path={AT.messages} component={MessagesPage} />
      <Route path={AT.newMessage} component={NewMessagePage} />
      <Route path={AT.conversation}>{({ id }) => <ConversationPage key={id} id={id} />}</Route>
      <Route path={AT.newReview}>{({ id }) => <NewReviewPage key={id} id={id} />}</Route>
      <Route path={AT.review}>{({ id }) => <ReviewPage key={id} id={id} />}</Route>
      <Route path={AT.report}>{({ id }) => <ReportPage key={id} id={id} />}</Route>
      <Route path={AT.sell} component={SellPage} />
      <Route>
        <NotFound />
      </Route>
    </Switch>
  );
}
