#include "services/order/documents/words.hpp"

namespace market::order::documents {
namespace {

constexpr DocumentWords kEnglishWords{
    .invoice = "Invoice",
    .credit_note = "Credit note",
    .seller = "Seller",
    .buyer = "Billed and delivered to",
    .issued = "Date of issue",
    .order = "Order",
    .ordered = "Ordered on",
    .supplied = "Date of supply",
    .corrects = "Corrects invoice",
    .corrected = "{number} of {date}",
    .item = "Description",
    .quantity = "Qty",
    .unit_price = "Unit price",
    .net = "Net",
    .rate = "VAT",
    .tax = "VAT amount",
    .total = "Total",
    .gross = "Gross",
    .sku = "Item no. {sku}",
    .coupon = "Coupon {code}: −{amount}",
    .discount = "Discount: −{amount}",
    .delivery = "Delivery: {name}",
    .tax_title = "VAT by rate",
    .sum_net = "Net amount",
    .sum_tax = "VAT {rate}",
    .sum_invoice = "Invoice total",
    .sum_credit = "Amount credited",
    .credit_note_line = "Refund of invoice {number}",
    .no_tax = {"", "No VAT is charged on this supply.",
               "No VAT is charged: the seller is not registered for VAT (exemption for small enterprises).",
               "No VAT is charged: there is no VAT rate for the place of delivery.",
               "Zero-rated supply: VAT is charged at 0%.", "No VAT is charged on this supply."}};

constexpr DocumentWords kRussianWords{
    .invoice = "Счёт-фактура",
    .credit_note = "Кредит-нота",
    .seller = "Продавец",
    .buyer = "Покупатель и адрес доставки",
    .issued = "Дата выставления",
    .order = "Заказ",
    .ordered = "Дата заказа",
    .supplied = "Дата поставки",
    .corrects = "К счёту-фактуре",
    .corrected = "{number} от {date}",
    .item = "Наименование",
    .quantity = "Кол-во",
    .unit_price = "Цена",
    .net = "Без НДС",
    .rate = "НДС",
    .tax = "Сумма НДС",
    .total = "Всего",
    .gross = "С НДС",
    .sku = "Артикул {sku}",
    .coupon = "Купон {code}: −{amount}",
    .discount = "Скидка: −{amount}",
    .delivery = "Доставка: {name}",
    .tax_title = "НДС по ставкам",
    .sum_net = "Сумма без НДС",
    .sum_tax = "НДС {rate}",
    .sum_invoice = "Итого по счёту",
    .sum_credit = "Итого к возврату",
    .credit_note_line = "Возврат по счёту-фактуре {number}",
    .no_tax = {"", "НДС на эту поставку не начисляется.",
               "НДС не начисляется: продавец не зарегистрирован как плательщик НДС (освобождение для малых "
               "предприятий).",
               "НДС не начисляется: для места доставки нет ставки НДС.",
               "Поставка по нулевой ставке: НДС 0 %.", "НДС на эту поставку не начисляется."}};

}  // namespace

const DocumentWords& WordsOf(market::documents::Language language) {
  return language == market::documents::Language::kRussian ? kRussianWords : kEnglishWords;
}

}  // namespace market::order::documents
