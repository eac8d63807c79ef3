// A payment provider for development: real behaviour over its own database, the nasty parts included. What it
// is asked and what it answers are Stripe's (objects.hpp).
//
// State, answer and what happened commit in one transaction before anything is sent, and the first answer to
// an idempotency key, errors of the provider included, is what every later use of it gets for a day. Only
// what is refused at the door is not kept. Amounts never exceed what was authorised or captured. Of a `work`
// only the span counts. Io thread only.
#pragma once
#include <chrono>
#include <optional>
#include <set>
#include <string>

#include "platform/postgres/database.hpp"
#include "platform/telemetry/work.hpp"
#include "sandbox/answers.hpp"
#include "sandbox/form.hpp"
#include "sandbox/objects.hpp"
#include "sandbox/payouts.hpp"

namespace market::sandbox {

struct Options {
  std::chrono::milliseconds latency{0};            // before every answer
  std::chrono::milliseconds timeout_hold{30'000};  // of the methods that answer when the caller has given up
  std::chrono::milliseconds search_lag{60'000};    // how old an object is before a search finds it
  bool webhooks = false;                           // what happens from now on is told of (webhooks.hpp)
  std::string public_url = {};                     // where browsers reach it; "": where its callers do
};

// A request that changes something.
struct Change {
  std::string key;      // "": it has none, and a repetition is another request
  std::string request;  // method, path and body as they came: what the key stands for
  Form form;
  std::string host = {};  // as the caller names this provider
};

class Provider {
 public:
  Provider(postgres::Database& database, Options options)
      : database_(database), options_(options), payouts_(database, options.timeout_hold) {}

  Task<Answer> CreateIntent(Work work, Change change);
  // The owner of the card says what is to become of one that requires his action. What it is by then; nothing
  // for one that there is not.
  enum class Confirmation { kComplete, kFail };
  Task<std::optional<Authorization>> Confirm(Work work, std::string id, Confirmation how);
  Task<std::optional<Authorization>> Find(Work work, std::string id);
  Task<Answer> Capture(Work work, Change change, std::string id);
  Task<Answer> Cancel(Work work, Change change, std::string id);
  Task<Answer> CreateRefund(Work work, Change change);
  // customers.cpp
  Task<Answer> CreateCustomer(Work work, Change change);
  Task<Answer> GetCustomer(Work work, std::string id, Form form);
  // Saves a method for a customer.
  Task<Answer> CreateSetup(Work work, Change change);
  Task<Answer> GetSetup(Work work, std::string id, Form form);
  Task<Answer> GetMethod(Work work, std::string id, Form form);
  Task<Answer> ListMethods(Work work, std::string customer, Form form);
  Task<Answer> Detach(Work work, Change change, std::string id);

  // disputes.cpp
  // Not Stripe's: a bank disputes what is left of a charge, or some of it, as long from now as `due_in_s` says.
  Task<Answer> OpenDispute(Work work, Change change);
  Task<Answer> GetDispute(Work work, std::string id, Form form);
  Task<Answer> ListDisputes(Work work, Form form);
  Task<Answer> UpdateDispute(Work work, Change change, std::string id);
  Task<Answer> CloseDispute(Work work, Change change, std::string id);

  Task<Answer> GetIntent(Work work, std::string id, Form form);
  Task<Answer> GetCharge(Work work, std::string id, Form form);
  Task<Answer> GetRefund(Work work, std::string id, Form form);
  // Newest first, at most 100 a page.
  Task<Answer> ListIntents(Work work, Form form);
  // Not what was made a moment ago.
  Task<Answer> SearchIntents(Work work, Form form);
  Task<Answer> ListCharges(Work work, Form form);
  Task<Answer> ListRefunds(Work work, Form form);
  Task<Answer> ListTransactions(Work work, Form form);
  Task<Answer> ListEvents(Work work, Form form);

  Payouts& BankPayouts() { return payouts_; }

 private:
  Task<Answer> Pause(Answer answer);
  Task<std::optional<std::string>> BehaviourOfSaved(Work work, std::string method, std::string customer);

  postgres::Database& database_;
  const Options options_;
  Payouts payouts_;
  std::set<std::string> held_;  // keys whose answer is being held back
};

}  // namespace market::sandbox
