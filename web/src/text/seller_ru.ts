import { pluralIn } from "./plural";
import type { words as english, reasons as englishReasons } from "./seller_en";

const plural = pluralIn("ru");

export const words: typeof english = {
  console: "Ваши магазины",
  notYours: "Ссылка могла устареть, или эта страница не для вашей роли в магазине.",
  back: "Назад",
  choose: "Какой магазин?",
  otherShop: "Другой магазин",
  noShop: "У вас пока нет магазина",
  noShopHint: "Откройте свой или попросите владельца пригласить вас.",
  openShop: "Открыть магазин",
  role: { owner: "Вы владелец", manager: "Вы управляющий", staff: "Вы сотрудник" },
  state: { PENDING: "Проверяется", ACTIVE: "Открыт", SUSPENDED: "Приостановлен", CLOSED: "Закрыт" },
  shopState: {
    PENDING: "Мы проверяем этот магазин. Всё можно подготовить; покупатели увидят его после одобрения.",
    SUSPENDED: "Магазин приостановлен: в нём ничего нельзя купить. Почему — сказано в нашем письме.",
    CLOSED: "Этот магазин закрыт навсегда.",
  },
  group: { sales: "Продажи", goods: "Товары", shop: "Магазин" },
  page: {
    dashboard: "Обзор",
    orders: "Заказы",
    returns: "Возвраты",
    messages: "Сообщения",
    reviews: "Отзывы",
    products: "Товары",
    stock: "Остатки",
    imports: "Импорт и экспорт",
    coupons: "Купоны",
    delivery: "Доставка",
    team: "Команда",
    keys: "Ключи API",
    settings: "Настройки",
  },
  act: "Сделать",
  newProduct: "Новый товар",
  findOrder: (number: string) => `Заказ ${number}`,
  toAccept: "Заказы ждут подтверждения",
  toSend: "Заказы ждут отправки",
  toAnswer: "Возвраты ждут ответа",
  toRead: "Непрочитанные сообщения",
  unknown: "–",
  moreThan: (count: number) => `${count}+`,
  sales: "Продажи",
  salesByDay: "Продажи по дням, за вычетом возвращённого",
  span: "Период",
  days: (count: number) =>
    plural(count, {
      one: "Последний # день",
      few: "Последние # дня",
      many: "Последние # дней",
      other: "Последние # дня",
    }),
  day: "День",
  net: "За вычетом возвратов",
  refunded: "Возвращено",
  orders: "Заказы",
  units: "Штук",
  low: "Заканчивается",
  lowNone: (count: number) => `Всего больше, чем по ${count}.`,
  lowOfNewest: (count: number) => `Среди последних ${count} товаров.`,
  product: "Товар",
  sku: "Артикул",
  left: "Осталось",
};

export const reasons: typeof englishReasons = {
  PERMISSION_DENIED: "Ваша роль в этом магазине этого не позволяет.",
  SELLER_NOT_ACTIVE: "Магазин не открыт: это возможно только в открытом.",
  ETAG_MISMATCH: "Кто-то тем временем это изменил.",
  ILLEGAL_TRANSITION:
    "Это уже невозможно: тем временем всё изменилось. Страница показывает, как обстоит дело сейчас.",
  LIMIT_REACHED: "Больше добавить нельзя.",
  IDEMPOTENCY_KEY_REUSED: "Об этом уже просили другими словами. Загрузите страницу заново.",
};
