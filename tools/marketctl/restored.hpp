// What both halves of marketctl reconcile work on, and what they tell.
#pragma once
#include <ostream>
#include <string>

#include "platform/core/clock.hpp"
#include "services/order/storage/orders.hpp"
#include "services/order/storage/transitions.hpp"
#include "services/payment/process/charges.hpp"
#include "services/payment/provider/provider.hpp"
#include "services/payment/storage/payments.hpp"
#include "services/product/storage/reservations.hpp"
#include "tools/marketctl/reconcile.hpp"

namespace market::marketctl {

class Report {
 public:
  Report(std::ostream& out, Mode mode) : out_(out), mode_(mode) {}

  // Tells a step; whether it is to be taken.
  bool Do(const std::string& step) {
    ++told_.steps;
    out_ << (mode_ == Mode::kLook ? "would: " : "") << step << std::endl;
    return mode_ == Mode::kApply;
  }
  void Leave(const std::string& what) {
    ++told_.left;
    out_ << "left for a person: " << what << std::endl;
  }
  void Listed(std::size_t charges) { told_.charges += charges; }
  const Reconciled& Told() const { return told_; }

 private:
  std::ostream& out_;
  const Mode mode_;
  Reconciled told_;
};

struct Restored {
  postgres::Database& order_database;
  postgres::Database& payment_database;
  postgres::Database& product_database;
  order::storage::Orders& orders;
  order::storage::Transitions& transitions;
  payment::storage::Payments& payments;
  payment::Charges& charges;
  payment::provider::Provider& provider;
  product::storage::Reservations& reservations;
  const Clock& clock;
  Report& report;
};

// For one question to a database or the provider.
inline Work Soon() { return runtime::After(std::chrono::seconds(30)); }

// One charge as the provider has it: nobody's, or a payment's that has to catch up with it.
Task<> ReconcileCharge(const Restored& restored, payment::provider::Listed charge);
// Payments and units of orders that are not there, made since then.
Task<> UndoLostOrders(const Restored& restored, Time since);

}  // namespace market::marketctl
