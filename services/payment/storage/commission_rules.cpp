#include "services/payment/storage/commission_rules.hpp"

#include "platform/postgres/columns.hpp"

namespace market::payment::storage {
namespace {

using domain::CommissionRule;
using domain::CommissionTerms;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;

constexpr Columns kRule{
    Column{"id", [](CommissionRule& rule, domain::CommissionRuleId id) { rule.terms.rule = id; }},
    Column{"version", [](CommissionRule& rule, int version) { rule.terms.version = version; }},
    Column{"seller_id", &CommissionRule::seller},
    Column{"category_id", &CommissionRule::category},
    Column{"currency", &CommissionRule::currency},
    Column{"price_from_minor", &CommissionRule::price_from_minor},
    Column{"price_below_minor", &CommissionRule::price_below_minor},
    Column{"percentage_ppm", [](CommissionRule& rule, std::int64_t ppm) { rule.terms.percentage_ppm = ppm; }},
    Column{"fixed_minor", [](CommissionRule& rule, std::int64_t minor) { rule.terms.fixed_minor = minor; }},
    Column{"floor_minor", [](CommissionRule& rule, std::int64_t minor) { rule.terms.floor_minor = minor; }},
    Column{"cap_minor",
           [](CommissionRule& rule, std::optional<std::int64_t> minor) { rule.terms.cap_minor = minor; }},
    Column{"on_delivery", [](CommissionRule& rule, bool on) { rule.terms.on_delivery = on; }},
    Column{"tax_ppm", [](CommissionRule& rule, std::int64_t ppm) { rule.terms.tax_ppm = ppm; }},
    Column{"valid_from", &CommissionRule::valid_from},
    Column{"valid_until", &CommissionRule::valid_until}};
constexpr ComposedStatement kPublished{"commission.published", "SELECT " + kRule + R"sql( FROM commission_rule
  WHERE state = 'PUBLISHED' AND (valid_until IS NULL OR valid_until > $1))sql"};

}  // namespace

Task<std::vector<CommissionRule>> CommissionRules::Published(Work work, Time at) {
  co_return kRule.ReadAll(co_await database_.Read(work, kPublished, at));
}

}  // namespace market::payment::storage
