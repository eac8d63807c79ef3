import type { words as said } from "./orders_en";
import { pluralIn } from "./plural";

const plural = pluralIn("ru");

export const words = {
  heading: "Ваши заказы",
  none: "Заказов пока нет",
  noneHint: "Здесь появится то, что вы закажете.",
  noneSo: "В этом состоянии заказов нет",
  noneSoHint: "Возможно, есть в других.",
  all: "Все",
  filter: "Какие заказы",
  number: (number: string) => `Заказ ${number}`,
  things: (count: number) =>
    plural(count, { one: "# товар", few: "# товара", many: "# товаров", other: "# товара" }),
  total: "Итого",
  refunded: "Возвращено",
  net: "Вы платите",
  placed: (date: string) => `Оформлен ${date}`,
  address: "Адрес доставки",
  tracking: "Отслеживание",
  deliveryBy: (way: string) => `Доставка: ${way}`,
  payment: "Оплата",
  more: "Показать более ранние",
  parts: (at: number, of: number) => `Часть ${at} из ${of}`,
  by: (shop: string) => `От ${shop}`,
  cancelledUnits: (count: number) =>
    plural(count, { one: "# отменена", few: "# отменены", many: "# отменено", other: "# отменено" }),
  returnedUnits: (count: number) =>
    plural(count, { one: "# возвращена", few: "# возвращены", many: "# возвращено", other: "# возвращено" }),
  history: "Что произошло",
  actor: { buyer: "вы", seller: "магазин", operator: "маркетплейс", system: "автоматически" } as Readonly<
    Record<string, string>
  >,
  unitsGone: (count: number) =>
    plural(count, {
      one: "отменена # штука",
      few: "отменены # штуки",
      many: "отменено # штук",
      other: "отменено # штуки",
    }),
  confirm: "Всё получено",
  cancel: "Отменить заказ",
  cancelSome: "Отменить часть",
  cancelHeading: "Что вы хотите отменить?",
  cancelHint: "Отменить можно то, что ещё не отправлено. Деньги вернутся туда, откуда пришли.",
  cancelUnits: (title: string) => `Сколько: ${title}`,
  cancelOf: (count: number) => plural(count, { one: "из #", other: "из #" }),
  cancelWhy: "Почему? (если хотите)",
  cancelGo: "Отменить это",
  cancelNothing: "Выберите хотя бы одну вещь.",
  close: "Оставить",
  accepted: (version: string) => `Принятые условия: редакция ${version}`,
  coupon: (code: string) => `Купон ${code}`,
  papers: "Счета",
  noPapers: "Счёт появится вскоре после отправки посылки.",
  paper: {
    INVOICE: (number: string) => `Счёт ${number}`,
    CREDIT_NOTE: (number: string) => `Корректировочный счёт ${number}`,
  },
  pdf: "Файл PDF",
  pdfOf: (paper: string) => `${paper}, файл PDF`,
  changeAddress: "Изменить адрес",
  changeAddressHint: (country: string) =>
    `Пока не отправлена первая посылка. Страна остаётся той же (${country}): от неё зависят цена доставки и налог.`,
  changeAddressGo: "Отправить туда",
  anotherAddress: "Другой адрес",
  saved: "Ваши адреса",
  addressChanged: "Новый адрес доставки",
  changeReasons: {
    ADDRESS_CHANGES_PRICE: "Туда заказ стоил бы иначе. Отмените его и оформите новый.",
    ILLEGAL_TRANSITION: "Заказ уже в пути, адрес не изменить.",
    INVALID_ARGUMENT: "Чего-то не хватает или написано не так, как принято в этой стране.",
  } as Readonly<Record<string, string>>,
  paid: {
    CREATED: "Ждём банк",
    UNKNOWN: "Ждём банк",
    AUTHORIZED: "Деньги зарезервированы",
    CAPTURED: "Оплачено",
    DECLINED: "Отклонено",
    VOIDED: "Резерв снят",
    CAPTURE_FAILED: "Банк не заплатил",
    REQUIRES_ACTION: "Ждём вашего подтверждения в банке",
  } as Readonly<Record<string, string>>,
  state: {
    PENDING_PAYMENT: "Ждёт оплаты",
    PLACED: "Оформлен",
    ACCEPTED: "Собирается",
    PARTIALLY_SHIPPED: "Частично в пути",
    SHIPPED: "В пути",
    DELIVERED: "Доставлен",
    COMPLETED: "Завершён",
    CANCELLED: "Отменён",
    REJECTED: "Отклонён магазином",
    FAILED: "Не оплачен",
  } as Readonly<Record<string, string>>,
} satisfies typeof said;
