import type { words as english } from "./console_en";
import { pluralIn } from "./plural";

const plural = pluralIn("ru");

export const words: typeof english = {
  menu: "Меню",
  closeMenu: "Закрыть меню",
  toShop: "На маркетплейс",
  skipMenu: "К содержанию",
  acts: "Что можно сделать",
  choose: (name: string) => `Выбрать: ${name}`,
  chooseAll: "Выбрать всё, что показано",
  chooseNone: "Снять выбор",
  chosen: (count: number) =>
    plural(count, {
      one: "Выбрана # строка",
      few: "Выбраны # строки",
      many: "Выбрано # строк",
      other: "Выбрано # строки",
    }),
  hidden: (count: number) =>
    plural(count, {
      one: "# из них здесь не видна",
      few: "# из них здесь не видны",
      many: "# из них здесь не видны",
      other: "# из них здесь не видны",
    }),
  views: "Подборки",
  narrow: "Применить",
  clearFilters: "Сбросить фильтры",
  unsaved: "Ещё не сохранено",
  save: "Сохранить",
  undo: "Отменить изменения",
  leaveHeading: "Уйти без сохранения?",
  leaveHint: "То, что вы изменили на этой странице, пропадёт.",
  stay: "Остаться",
  leave: "Уйти",
  cancel: "Отмена",
  palette: "Куда перейти или что сделать?",
  paletteHint: "Введите несколько букв",
  paletteNone: "Ничего не подходит.",
  paletteOpen: "Поиск",
  more: "Показать ещё",
  none: "Здесь пусто",
  noneNarrowed: "Под эти фильтры ничего не подходит",
  chartTable: "То же в таблице",
  signInHeading: "Пожалуйста, войдите",
  signInLead: "Эти страницы для тех, кто здесь работает.",
  conflictMine: "Ваше",
  conflictTheirs: "Сохранено тем временем",
  conflictKeep: "Сохранить моё поверх",
  conflictTake: "Взять сохранённое",
};
