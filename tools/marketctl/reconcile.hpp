// marketctl reconcile: after databases came back from a backup, makes orders, payments and stock agree with a
// payment provider that has gone on meanwhile.
//
// A charge that no payment here claims was made in a future that the restore has undone, or by a process that
// died before it wrote: its money goes back, and when the order's checkout would send that charge again under
// the same key, its payment is closed first. With a charge that is claimed and further than our payment, the
// payment catches up, by the code that asks about any attempt without an answer. Where that has given money back, the part of the order that it paid for is cancelled. Payments and
// units held for orders that are not there, of an order database that is older than the others, are undone.
//
// Repeating it changes nothing, and stopped anywhere it may be started again. It belongs before the programs
// start: beside them a refund may be under way that it does not know yet.
#pragma once
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <ostream>
#include <string>

#include "platform/runtime/task.hpp"

namespace market::marketctl {

enum class Mode {
  kLook,  // only tells what it would do
  kApply
};

struct ReconcileRequest {
  std::string order_conninfo;
  std::string payment_conninfo;
  std::string product_conninfo;
  std::string provider_url;
  std::string provider_key;
  std::string since;  // RFC 3339: the moment of the backup, or an earlier one
  Mode mode = Mode::kLook;
};

struct Reconciled {
  std::size_t charges = 0;  // that the provider has made or changed since
  std::size_t steps = 0;    // taken, or with kLook to be taken
  std::size_t left = 0;     // that a person has to look at
};

// One line for each step, and for what is left, on `out`. Throws Error UNAVAILABLE when a database or the
// provider does not answer, BadArguments for a `since` that is no time.
Task<Reconciled> Reconcile(boost::asio::io_context& io, ReconcileRequest request, std::ostream& out);

}  // namespace market::marketctl
