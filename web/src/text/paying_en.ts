export const words = {
  methods: "How do you want to pay?",
  sandbox:
    "This marketplace is on trial: its payment provider is a sandbox. Nothing is charged, and these cards show what can happen.",
  card: {
    pm_card_visa: "Test card that pays",
    pm_card_visa_chargeDeclined: "Test card that is declined",
    pm_card_visa_chargeDeclinedInsufficientFunds: "Test card without enough money",
    pm_card_threeDSecure2Required: "Test card whose bank asks you to confirm",
    pm_sandbox_error_then_authorized: "Test card that fails first, then pays",
    pm_sandbox_timeout_authorized: "Test card whose bank answers late",
  } as Readonly<Record<string, string>>,
  hint: {
    pm_card_visa: "•••• 4242",
    pm_card_visa_chargeDeclined: "•••• 0002",
    pm_card_visa_chargeDeclinedInsufficientFunds: "•••• 9995",
    pm_card_threeDSecure2Required: "•••• 3220",
    pm_sandbox_error_then_authorized: "•••• 0119",
    pm_sandbox_timeout_authorized: "•••• 0341",
  } as Readonly<Record<string, string>>,
  declined: "The payment was declined",
  declinedHint: (time: string) =>
    `Nothing was charged. Your order and its things are kept for you until ${time}: pay with another card.`,
  declinedWhy: {
    generic_decline: "The bank did not say why.",
    insufficient_funds: "There is not enough money on the card.",
    payment_intent_authentication_failure: "It was not confirmed at the bank.",
  } as Readonly<Record<string, string>>,
  confirm: "Confirm the payment",
  confirmHint: (time: string) =>
    `Your bank wants to be sure that it is you. Nothing is charged before that. Your order and its things are kept for you until ${time}: confirm the payment at your bank, or pay with another card.`,
  toBank: "Confirm at the bank",
  again: (price: string) => `Pay ${price}`,
  late: "The time to pay is over. The order has ended, and your things are free for others again.",
};

export const reasons = {
  PAYMENT_DECLINED: "The payment was declined. Nothing was charged. Take another card.",
  UNKNOWN_PAYMENT_METHOD: "The bank does not know this card. Take another one.",
  ILLEGAL_TRANSITION: "That is not possible any more: the order has moved on.",
  IDEMPOTENCY_KEY_IN_FLIGHT: "We are at it already. A moment, please.",
  COMMIT_UNKNOWN: "We do not know yet whether it worked. Ask again: nothing happens twice.",
};
