import type { words as english } from "./letters_en";
import { pluralIn } from "./plural";

const plural = pluralIn("ru");

export const words = {
  none: "Сообщений пока нет",
  noneHint: "Задайте вопрос магазину на странице товара: ответ придёт сюда.",
  browse: "Посмотреть товары",
  unread: (count: number) =>
    plural(count, { one: "# новое", few: "# новых", many: "# новых", other: "# новых" }),
  about: (title: string) => `О чём: ${title}`,
  more: "Показать более ранние",
  earlier: "Показать прежние сообщения",
  you: "Вы",
  buyer: "Покупатель",
  write: "Ваше сообщение",
  send: "Отправить",
  new: "Спросить магазин",
  newTo: (shop: string) => `Написать в ${shop}`,
  newHint: "Магазин увидит ваше имя и ответит здесь. Мы сообщим вам по почте.",
  nothing: "Непонятно, о чём сообщение",
  nothingHint: "Начните на странице товара или заказа.",
  report: "Пожаловаться на переписку",
  reportLead: "Тогда мы прочитаем её и разберёмся. Другая сторона об этом не узнает.",
  reportWhy: "Что не так",
  reportSend: "Пожаловаться",
  reported: "Жалоба отправлена: мы разбираемся.",
  cancel: "Отмена",
  reasons: {
    PERMISSION_DENIED: "Писать сюда может только покупатель или сотрудник магазина.",
  },
} satisfies typeof english;
