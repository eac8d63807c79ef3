// Pages that a first visit does not need, as ROUTES and pathTo have the others: paths_test.ts holds nginx to both.
export const MEMBER_ROUTES = {
  profile: "/account/profile",
  addresses: "/account/addresses",
  security: "/account/security",
  sessions: "/account/sessions",
  notificationSettings: "/account/notifications",
  personalData: "/account/data",
  resetPassword: "/reset-password",
  verifyEmail: "/verify-email",
  claimAccount: "/claim-account",
  invitation: "/accept-invitation",
  unsubscribe: "/unsubscribe",
  wishes: "/wishes",
  notifications: "/notifications",
  messages: "/messages",
  newMessage: "/messages/new",
  conversation: "/messages/:id",
  newReview: "/review/:id",
  review: "/reviews/:id",
  report: "/report/:id",
  returns: "/returns",
  newReturn: "/returns/new",
  return: "/returns/:id",
  sell: "/sell",
} as const;

export const memberPathTo = {
  profile: () => MEMBER_ROUTES.profile,
  addresses: () => MEMBER_ROUTES.addresses,
  security: () => MEMBER_ROUTES.security,
  sessions: () => MEMBER_ROUTES.sessions,
  notificationSettings: () => MEMBER_ROUTES.notificationSettings,
  personalData: () => MEMBER_ROUTES.personalData,
  resetPassword: () => MEMBER_ROUTES.resetPassword,
  conversation: (id: string) => `/messages/${id}`,
  /** The review of what came with an order. */
  newReview: (lineId: string, orderId: string) => `/review/${lineId}?order=${orderId}`,
  review: (id: string) => `/reviews/${id}`,
  returns: (state = "") => `/returns${state ? `?state=${state}` : ""}`,
  /** To send back some of what a shop has sent of an order. */
  newReturn: (orderId: string, partId: string) =>
    `/returns/new?${new URLSearchParams({ order: orderId, part: partId })}`,
  return: (id: string) => `/returns/${id}`,
  sell: () => MEMBER_ROUTES.sell,
};

/** The id that a query names, or nothing. */
export function idIn(query: string, name: string): string {
  const said = new URLSearchParams(query).get(name) ?? "";
  return /^[0-9a-f-]{36}$/.test(said) ? said : "";
}
