// The columns of sales and their lines, shared by the files of this room.
#pragma once
#include "platform/postgres/columns.hpp"
#include "services/payment/domain/settlement.hpp"

namespace market::payment::storage {

using postgres::Column;
using postgres::Columns;
using postgres::Inside;

inline constexpr Columns kSaleDelivery{
    Column{"s.delivery_minor", &domain::SaleDelivery::paid_minor},
    Column{"s.delivery_funded_minor", &domain::SaleDelivery::funded_minor},
    Column{"s.delivery_refunded_minor", &domain::SaleDelivery::refunded_minor},
    Column{"s.delivery_funded_left_minor", &domain::SaleDelivery::funded_left_minor}};

// Of the table sale s.
inline constexpr Columns kSale{Column{"s.seller_order_id", &domain::Sale::id},
                               Column{"s.order_id", &domain::Sale::order},
                               Column{"s.seller_id", &domain::Sale::seller},
                               Column{"s.number", &domain::Sale::number},
                               Column{"s.currency", &domain::Sale::currency},
                               Inside{&domain::Sale::delivery, kSaleDelivery},
                               Column{"s.state", &domain::Sale::state},
                               Column{"s.reserve_minor", &domain::Sale::reserve_minor},
                               Column{"s.reserve_until", &domain::Sale::reserve_until},
                               Column{"s.disputes", &domain::Sale::disputes},
                               Column{"s.placed_at", &domain::Sale::placed_at},
                               Column{"s.delivered_at", &domain::Sale::delivered_at},
                               Column{"s.completed_at", &domain::Sale::completed_at},
                               Column{"s.earned_at", &domain::Sale::earned_at},
                               Column{"s.released_at", &domain::Sale::released_at},
                               Column{"s.version", &domain::Sale::version},
                               Column{"s.trace", &domain::Sale::trace}};

// A line, of which sale, and its terms, which it has where it was sold under a rule.
struct LineOfSale {
  domain::SellerOrderId sale;
  domain::SaleLine line;
  domain::CommissionTerms terms;
  std::optional<domain::CommissionRuleId> rule;
  std::optional<int> rule_version;

  domain::SaleLine Whole() && {
    if (rule) {
      terms.rule = *rule;
      terms.version = rule_version.value();
      line.terms = terms;
    }
    return std::move(line);
  }
};

inline constexpr Columns kSaleTerms{Column{"l.percentage_ppm", &domain::CommissionTerms::percentage_ppm},
                                    Column{"l.fixed_minor", &domain::CommissionTerms::fixed_minor},
                                    Column{"l.floor_minor", &domain::CommissionTerms::floor_minor},
                                    Column{"l.cap_minor", &domain::CommissionTerms::cap_minor},
                                    Column{"l.on_delivery", &domain::CommissionTerms::on_delivery},
                                    Column{"l.commission_tax_ppm", &domain::CommissionTerms::tax_ppm}};

// Of the table sale_line l.
inline constexpr Columns kSaleLine{
    Column{"l.seller_order_id", &LineOfSale::sale},
    Column{"l.line_id", &LineOfSale::line, &domain::SaleLine::id},
    Column{"l.product_id", &LineOfSale::line, &domain::SaleLine::product},
    Column{"l.category_ids", &LineOfSale::line, &domain::SaleLine::categories},
    Column{"l.quantity", &LineOfSale::line, &domain::SaleLine::quantity},
    Column{"l.unit_price_minor", &LineOfSale::line, &domain::SaleLine::unit_price_minor},
    Column{"l.paid_minor", &LineOfSale::line, &domain::SaleLine::paid_minor},
    Column{"l.tax_minor", &LineOfSale::line, &domain::SaleLine::tax_minor},
    Column{"l.funded_minor", &LineOfSale::line, &domain::SaleLine::funded_minor},
    Column{"l.rule_id", &LineOfSale::rule},
    Column{"l.rule_version", &LineOfSale::rule_version},
    Inside{&LineOfSale::terms, kSaleTerms},
    Column{"l.refunded_minor", &LineOfSale::line, &domain::SaleLine::refunded_minor},
    Column{"l.gone", &LineOfSale::line, &domain::SaleLine::gone},
    Column{"l.funded_left_minor", &LineOfSale::line, &domain::SaleLine::funded_left_minor},
    Column{"l.commission_minor",
           [](LineOfSale& row) -> std::int64_t& { return row.line.fee.commission_minor; }},
    Column{"l.commission_tax_minor",
           [](LineOfSale& row) -> std::int64_t& { return row.line.fee.tax_minor; }}};

}  // namespace market::payment::storage
