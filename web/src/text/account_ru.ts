import type { words as english } from "./account_en";

/** What a room is called, and what is there. */
const pair = (name: string, what: string): readonly [string, string] => [name, what];

export const words = {
  rooms: "Ваш аккаунт",
  room: {
    orders: pair("Заказы", "Что вы купили и где оно сейчас"),
    returns: pair("Возвраты", "Что вы отправляете обратно"),
    profile: pair("Профиль", "Имя, телефон, язык наших писем"),
    addresses: pair("Адреса", "Куда доставлять посылки"),
    security: pair("Вход и безопасность", "Пароль, эл. почта, второй шаг"),
    sessions: pair("Устройства", "Где выполнен вход"),
    wishes: pair("Список желаний", "За чем вы следите"),
    notifications: pair("Уведомления", "Что произошло"),
    messages: pair("Сообщения", "Переписка с магазинами"),
    settings: pair("О чём вам писать", "В приложении и по почте"),
    sell: pair("Ваши магазины", "Продавайте здесь сами"),
    data: pair("Ваши данные", "Забрать их или закрыть аккаунт"),
  },
  unverified: "Подтвердите, пожалуйста, адрес эл. почты",
  unverifiedHint: (email: string) => `Мы отправили на ${email} письмо со ссылкой.`,
  sendAgain: "Отправить ещё раз",
  sentAgain: "Новое письмо уже в пути.",
  guest: "Вы здесь как гость",
  guestHint: "В письме о заказе есть ссылка: по ней можно задать пароль и хранить заказы вместе.",
  names: "Как вас видят другие",
  givenName: "Имя",
  familyName: "Фамилия",
  phone: "Телефон",
  phoneHint: "С кодом страны: +7 495 123-45-67.",
  locale: "Язык наших писем",
  save: "Сохранить",
  saved: "Сохранено.",
  changed: "Тем временем это изменили в другом месте",
  versions: {
    mine: "У вас",
    theirs: "Сохранено",
    keepMine: "Сохранить моё",
    takeTheirs: "Оставить сохранённое",
  },
  reasons: {
    ILLEGAL_TRANSITION: "Ваш адрес уже подтверждён.",
  },
} satisfies typeof english;
