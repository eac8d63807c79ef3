#include "tools/check_invariants/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "tools/check_invariants/checks.hpp"

namespace market::invariants {
namespace {

// Of an order at rest, unless it says "always": no step of it is under way and no message about it waits.
constexpr std::array kCrossRules = {
    Rule{"X1", "order, payment", "what is or will be sent is paid for: a living order's payment is captured"},
    Rule{"X2", "order, payment", "no money is held or owed for an order of which nothing is sent"},
    Rule{"X3", "order, payment",
         "a payment is over its order's total, in its currency, by its buyer, with its payment method; "
         "always"},
    Rule{"X4", "order, payment",
         "of a captured payment exactly what was cancelled, rejected or returned is given back"},
    Rule{"X5", "order, product",
         "units are sold while their line stands, shipped once it is, given back once it is cancelled, and "
         "restocked as their returns say"},
    Rule{"X6", "order, product, payment",
         "nothing is held or charged for an order that does not exist or did not ask for it; always"},
    Rule{"X7", "payment", "the ledger has what payments and refunds say, and nothing else; always"},
    Rule{"X8", "payment, provider", "the money that moved at the provider is what the ledger has"},
    Rule{"X9", "auth, user",
         "an account has its profile, and auth knows the members that sellers have and no others; always"},
    Rule{"X10", "order, payment", "a payment is split as its order is, by part, seller and total; always"},
    Rule{"X11", "order, payment", "an order remembers of its payment what payment says, in all and by part"},
    Rule{"X12", "payment, provider",
         "the provider holds what payments name, with their amounts, and nothing else"},
    Rule{"X34", "payment, provider",
         "a payout that is paid has one payout of its amount at the provider, and none there is unknown; "
         "always"},
    Rule{"X40", "payment, provider", "what somebody may still confirm at the provider is a payment"},
    Rule{
        "X13", "order, product, user",
        "buyers are accounts, sellers are sellers, and a line was bought from the one who offers it; always"},
    Rule{"X14", "order, product, payment",
         "of an order that waits for its payment nothing is sold, shipped or charged; always"},
    Rule{"X15", "every service",
         "the one list of acts has every act that is on record, as it is there, and no other; always"},
    Rule{"X16", "auth, user, order",
         "nothing personal is left of an account that was closed, once every service has erased it"},
    Rule{"X27", "order, payment",
         "what was delivered is earned, and what of a sale went back is counted, within a minute"},
};

}  // namespace

std::vector<Rule> Rules() {
  std::vector<Rule> rules;
  for (const auto& check : Checks()) rules.push_back({check.id, check.database, check.what});
  rules.insert(rules.end(), kCrossRules.begin(), kCrossRules.end());
  return rules;
}

std::string_view WhatOf(std::string_view id) {
  static const auto kRules = Rules();
  const auto rule = std::ranges::find(kRules, id, &Rule::id);
  if (rule == kRules.end()) throw std::out_of_range("no rule is called " + std::string(id));
  return rule->what;
}

std::string RulesAsMarkdown() {
  std::string text = "| rule | where | what must hold |\n|---|---|---|\n";
  for (const auto& [id, where, what] : Rules()) text += fmt::format("| {} | {} | {} |\n", id, where, what);
  return text;
}

}  // namespace market::invariants
