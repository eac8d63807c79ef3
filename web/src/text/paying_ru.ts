import type { reasons as en, words as said } from "./paying_en";

export const words = {
  methods: "Как вы хотите заплатить?",
  sandbox:
    "Этот маркетплейс работает на пробу: платежи идут в песочницу. Ничего не списывается, а карты показывают, что бывает.",
  card: {
    pm_card_visa: "Пробная карта, которая платит",
    pm_card_visa_chargeDeclined: "Пробная карта, которую отклоняют",
    pm_card_visa_chargeDeclinedInsufficientFunds: "Пробная карта, где мало денег",
    pm_card_threeDSecure2Required: "Пробная карта, чей банк просит подтвердить",
    pm_sandbox_error_then_authorized: "Пробная карта: сначала сбой, потом оплата",
    pm_sandbox_timeout_authorized: "Пробная карта, чей банк отвечает поздно",
  } as Readonly<Record<string, string>>,
  hint: {
    pm_card_visa: "•••• 4242",
    pm_card_visa_chargeDeclined: "•••• 0002",
    pm_card_visa_chargeDeclinedInsufficientFunds: "•••• 9995",
    pm_card_threeDSecure2Required: "•••• 3220",
    pm_sandbox_error_then_authorized: "•••• 0119",
    pm_sandbox_timeout_authorized: "•••• 0341",
  } as Readonly<Record<string, string>>,
  declined: "Платёж отклонён",
  declinedHint: (time: string) =>
    `Ничего не списано. Заказ и товары отложены для вас до ${time}: заплатите другой картой.`,
  declinedWhy: {
    generic_decline: "Банк не сказал почему.",
    insufficient_funds: "На карте не хватает денег.",
    payment_intent_authentication_failure: "Его не подтвердили в банке.",
  } as Readonly<Record<string, string>>,
  confirm: "Подтвердите платёж",
  confirmHint: (time: string) =>
    `Банк хочет убедиться, что это вы. До этого ничего не списывается. Заказ и товары отложены для вас до ${time}: подтвердите платёж в банке или заплатите другой картой.`,
  toBank: "Подтвердить в банке",
  again: (price: string) => `Заплатить ${price}`,
  late: "Время на оплату вышло. Заказ завершён, товары снова доступны другим.",
} satisfies typeof said;

export const reasons = {
  PAYMENT_DECLINED: "Платёж отклонён. Ничего не списано. Возьмите другую карту.",
  UNKNOWN_PAYMENT_METHOD: "Банк не знает такой карты. Возьмите другую.",
  ILLEGAL_TRANSITION: "Это уже невозможно: с заказом что-то произошло.",
  IDEMPOTENCY_KEY_IN_FLIGHT: "Мы уже этим заняты. Минуту.",
  COMMIT_UNKNOWN: "Пока неизвестно, получилось ли. Повторите: дважды ничего не случится.",
} satisfies typeof en;
