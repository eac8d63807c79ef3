// Payouts by files that somebody takes to the bank: a credit transfer initiation (ISO 20022, pain.001.001.09) for each run.
//
// A file is named after its run and always has the same bytes: one that is written again after a crash is the same file. It appears
// whole or not at all. Whoever takes it away waits until its payouts are SUBMITTED. Nobody tells us what the bank did with it: an
// operator does. The files are written in a thread of their own. Owner: the service; io thread only.
#pragma once
#include <filesystem>
#include <string>

#include "platform/runtime/blocking_pool.hpp"
#include "services/payment/provider/payout_port.hpp"

namespace market::payment::provider {

// The marketplace's own account, which payouts are made from.
struct SepaDebtor {
  std::string name;
  std::string iban;
  std::string bic;  // may be empty
};

// The document; `together` is not empty, of one batch and in euros. Made when the batch was: its id says so.
std::string CreditTransfers(const SepaDebtor& debtor, const std::vector<Instruction>& together);

class SepaFiles final : public PayoutPort {
 public:
  // Throws std::runtime_error unless `directory` is one that can be written to.
  SepaFiles(std::filesystem::path directory, SepaDebtor debtor);

  std::string_view Name() const override { return "sepa"; }
  bool Pays(Currency currency, bool to_bank_account) const override {
    return to_bank_account && currency.Code() == "EUR";
  }
  bool GoesInFiles() const override { return true; }
  bool Tells() const override { return false; }

  Task<Result> Send(std::vector<Instruction> together, Work work) override;
  Task<PayoutFound> Find(Instruction sought, Work work) override;

 private:
  std::filesystem::path PathOf(const Uuid& batch) const { return directory_ / (batch.ToString() + ".xml"); }

  const std::filesystem::path directory_;
  const SepaDebtor debtor_;
  runtime::BlockingPool pool_{1, 64};
};

}  // namespace market::payment::provider
