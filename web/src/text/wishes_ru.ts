import type { words as english } from "./wishes_en";

export const words = {
  none: "Здесь пока пусто",
  noneHint:
    "Сохраняйте на странице товара то, что понравилось. Мы сообщим, когда цена снизится или товар вернётся.",
  browse: "Посмотреть товары",
  gone: "Больше не продаётся",
  goneHint: "Магазин убрал этот товар.",
  inStock: "В наличии",
  soldOut: "Распродано",
  fell: (by: string) => `На ${by} дешевле, чем когда вы сохранили`,
  rose: (by: string) => `На ${by} дороже, чем когда вы сохранили`,
  since: (date: string) => `Сохранено ${date}`,
  remove: "Убрать",
  removeOf: (title: string) => `Убрать из списка: ${title}`,
  removed: (title: string) => `${title}: больше не в списке.`,
  undo: "Вернуть",
  more: "Показать ещё",
} satisfies typeof english;
